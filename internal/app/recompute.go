package app

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"math"
	"reflect"
	"slices"
	"time"

	"github.com/driftd/driftd/alerts"
	"github.com/driftd/driftd/evaluate"
	"github.com/driftd/driftd/internal/clickhouse"
	"github.com/driftd/driftd/internal/config"
)

// Recomputed is one tick that was evaluated again.
type Recomputed struct {
	Tick     time.Time
	Verdicts []evaluate.Verdict
	Plan     []Planned
	Stored   bool     // the tick had verdicts
	Differs  []string // how what is stored differs, in sentences; none when it is the same
}

// Planned is one line of a plan that would change something outside: a demotion
// or an incident.
type Planned struct {
	What    string `json:"what"` // demote, verify or tell
	Version string `json:"version"`
	Reason  string `json:"reason"`
	Text    string `json:"text"`
}

// Recompute evaluates the ticks again, in order, each from what is stored of
// the ticks before it, and compares the verdicts with the stored ones. It
// changes nothing: see [rehearsal]. done is told each tick.
func Recompute(ctx context.Context, store *clickhouse.Store, c config.Config, m config.Model, ticks []time.Time, log *slog.Logger, done func(Recomputed)) (err error) {
	if err := replayable(ctx, store, m); err != nil {
		return err
	}
	var now Recomputed
	r, drop, err := rehearse(ctx, store, c, m, true, log, func(_ config.Model, verdicts []evaluate.Verdict, plan alerts.Plan) {
		now.Verdicts, now.Plan = verdicts, planned(plan)
	})
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, drop()) }()
	for _, tick := range ticks {
		now = Recomputed{Tick: tick}
		before, err := judgedAt(ctx, store, m.Policy.Model, tick)
		if err != nil {
			return err
		}
		if err := r.run(ctx, tick); err != nil {
			return fmt.Errorf("tick %s: %w", stamp(tick), err)
		}
		after, err := judgedAt(ctx, r.scratch, m.Policy.Model, tick)
		if err != nil {
			return err
		}
		now.Stored = len(before) > 0
		if now.Stored {
			now.Differs = differences(before, after)
		}
		done(now)
	}
	return nil
}

// judgedAt reads the verdicts of a tick, with the results.
func judgedAt(ctx context.Context, store *clickhouse.Store, name string, tick time.Time) ([]evaluate.Verdict, error) {
	last, err := store.LastVerdicts(ctx, name, tick.Add(time.Millisecond))
	if err != nil {
		return nil, err
	}
	var all []evaluate.Verdict
	for _, v := range last {
		if !v.Tick.Equal(tick) {
			continue
		}
		if v.Results, err = store.Results(ctx, v.Ref, tick, tick); err != nil {
			return nil, err
		}
		all = append(all, v)
	}
	slices.SortFunc(all, func(a, b evaluate.Verdict) int { return cmp.Compare(a.Ref.Version, b.Ref.Version) })
	return all, nil
}

func planned(plan alerts.Plan) []Planned {
	lines := []Planned{}
	for _, l := range plan.Lines {
		p := Planned{What: string(l.What), Version: l.Ref.Version, Reason: string(l.Reason)}
		switch l.What {
		case alerts.Demote, alerts.Verify:
			p.Text = l.Action.Sentence()
			if l.What == alerts.Demote {
				p.Text = fmt.Sprintf("move %s from %s to %s on %s", l.Action.Slot, l.Action.From, l.Action.To, l.Action.Detector)
			}
		case alerts.Tell:
			p.Text = fmt.Sprintf("%s incident, %s: %s", l.Incident.Class, l.Incident.State, l.Incident.Headline)
		default:
			continue // tags say what the verdict says
		}
		lines = append(lines, p)
	}
	return lines
}

// differences says how two judgements of one tick differ.
func differences(stored, now []evaluate.Verdict) []string {
	var all []string
	find := func(in []evaluate.Verdict, version string) *evaluate.Verdict {
		at := slices.IndexFunc(in, func(v evaluate.Verdict) bool { return v.Ref.Version == version })
		if at < 0 {
			return nil
		}
		return &in[at]
	}
	for _, s := range stored {
		if find(now, s.Ref.Version) == nil {
			all = append(all, fmt.Sprintf("%s is stored as %s and is not judged now", s.Ref, s.Status))
		}
	}
	for _, v := range now {
		s := find(stored, v.Ref.Version)
		if s == nil {
			all = append(all, fmt.Sprintf("%s is %s now and not in what is stored", v.Ref, v.Status))
			continue
		}
		all = append(all, differ(*s, v)...)
	}
	return all
}

// differ says how two verdicts on one version differ, the gravest first.
func differ(s, v evaluate.Verdict) []string {
	if reflect.DeepEqual(s, v) {
		return nil
	}
	var all []string
	if s.Status != v.Status || s.Reason != v.Reason {
		all = append(all, fmt.Sprintf("%s is stored as %s (%s), now %s (%s)", v.Ref, s.Status, s.Reason, v.Status, v.Reason))
	}
	if s.ReferenceID != v.ReferenceID {
		all = append(all, fmt.Sprintf("%s was compared with reference %q, now with %q", v.Ref, s.ReferenceID, v.ReferenceID))
	}
	if s.Serving != v.Serving {
		all = append(all, fmt.Sprintf("%s held the slot: stored %t, now %t", v.Ref, s.Serving, v.Serving))
	}
	apart, furthest := 0, evaluate.Evidence{}
	gap := -1.0
	for _, e := range v.Evidence {
		at := slices.IndexFunc(s.Evidence, func(o evaluate.Evidence) bool {
			return o.Kind == e.Kind && o.Check == e.Check && o.Feature == e.Feature && o.Segment == e.Segment && o.Against == e.Against
		})
		if at >= 0 && reflect.DeepEqual(s.Evidence[at], e) {
			continue
		}
		apart++
		other := 0.0
		if at >= 0 {
			other = s.Evidence[at].LogM
		}
		if d := math.Abs(e.LogM - other); d > gap {
			gap, furthest = d, e
		}
	}
	if apart > 0 {
		all = append(all, fmt.Sprintf("%s: %d of %d detectors differ, %s/%s %s most, by %.3g in ln M", v.Ref, apart, len(v.Evidence), furthest.Kind, furthest.Check, furthest.Feature, gap))
	}
	if apart := resultsApart(s.Results, v.Results); apart > 0 {
		all = append(all, fmt.Sprintf("%s: %d of %d results differ", v.Ref, apart, max(len(s.Results), len(v.Results))))
	}
	if len(all) == 0 {
		all = append(all, fmt.Sprintf("%s differs in how far it was judged: stored to %s and %s, now to %s and %s",
			v.Ref, stamp(s.DriftTo), stamp(s.LabelsTo), stamp(v.DriftTo), stamp(v.LabelsTo)))
	}
	return all
}

// resultsApart counts the results that are not the same in both.
func resultsApart(a, b []evaluate.Result) int {
	same := 0
	for _, r := range a {
		if slices.ContainsFunc(b, func(o evaluate.Result) bool { return reflect.DeepEqual(r, o) }) {
			same++
		}
	}
	return max(len(a), len(b)) - same
}
