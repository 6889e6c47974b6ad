package main

import (
	"cmp"
	"context"
	"maps"
	"slices"
	"time"

	"github.com/driftd/driftd/alerts"
	"github.com/driftd/driftd/evaluate"
	"github.com/driftd/driftd/internal/model"
)

func contains(all []string, one string) bool { return slices.Contains(all, one) }

// store is an insert: it may fail, stored or not.
func (r *replica) store(rows func()) error {
	return r.call(func() error {
		fails := !r.calm && r.chance(.02)
		if !fails || r.chance(.5) {
			rows()
		}
		if fails {
			return errRows
		}
		return nil
	})
}

// SaveAction implements [alerts.Journal].
func (r *replica) SaveAction(_ context.Context, a alerts.Action) error {
	return r.store(func() {
		r.say("replica %d: %s is %s, tick %s: %s", r.index, a.ID, a.Stage, a.At.Format("15:04"), a.Detail)
		r.rows = append(r.rows, a)
	})
}

// SaveIncident implements [alerts.Journal].
func (r *replica) SaveIncident(_ context.Context, i alerts.Incident) error {
	return r.store(func() { r.incidents[i.ID] = i })
}

// SaveTags implements [alerts.Journal].
func (r *replica) SaveTags(_ context.Context, ref model.Ref, _ time.Time, tags map[string]string) error {
	return r.store(func() { r.tags[ref.Version] = maps.Clone(tags) })
}

// past is what the journal holds at the tick.
func (w *world) past(tick time.Time, serving alerts.Serving) alerts.Past {
	p := alerts.Past{Serving: serving, Tags: map[string]map[string]string{}, Latest: !tick.Before(w.now), Epoch: w.epoch, Frozen: w.frozen(tick), Fleet: alerts.Fleet{Models: 1}}
	p.Orders, p.Released = w.open(tick), w.released(tick)
	for version, tags := range w.tags {
		p.Tags[version] = maps.Clone(tags)
	}
	p.Actions = newest(w.rows, func(a alerts.Action) bool { return a.At.Before(tick) })
	p.Reached = newest(w.rows, func(a alerts.Action) bool { return a.At.Equal(tick) })
	for _, id := range slices.Sorted(maps.Keys(w.incidents)) {
		if i := w.incidents[id]; i.State == alerts.Open || i.Updated.Equal(tick) || tick.Sub(i.Closed) < alerts.FlapWindow {
			p.Incidents = append(p.Incidents, i)
		}
	}
	return p
}

// rank orders the stages that an action reached at one tick, as the journal does.
var rank = []alerts.Stage{
	alerts.Proposed, alerts.Intent, alerts.WouldHave, alerts.Failed, alerts.Overtaken, alerts.Agreed, alerts.Expired, alerts.Refused,
	alerts.Done, alerts.NoEffect, alerts.Effective, alerts.Undone,
}

// newest returns the newest row of each action, oldest action first.
func (w *world) newest() []alerts.Action {
	return newest(w.rows, func(alerts.Action) bool { return true })
}

func newest(rows []alerts.Action, counts func(alerts.Action) bool) []alerts.Action {
	last := map[string]alerts.Action{}
	for _, row := range rows {
		before, ok := last[row.ID]
		if !counts(row) {
			continue
		}
		if !ok || row.At.After(before.At) || row.At.Equal(before.At) && slices.Index(rank, row.Stage) >= slices.Index(rank, before.Stage) {
			last[row.ID] = row
		}
	}
	actions := slices.Collect(maps.Values(last))
	slices.SortFunc(actions, func(a, b alerts.Action) int { return cmp.Or(a.Tick.Compare(b.Tick), cmp.Compare(a.ID, b.ID)) })
	return actions
}

// verdicts judge every version that ever served: a bad one is proven worse three
// hours after it was first seen in the slot.
func (w *world) verdicts(tick time.Time, serving string) []evaluate.Verdict {
	var all []evaluate.Verdict
	for _, version := range []string{"1", "2", "3", "4"} {
		if version == serving && w.served[version].IsZero() {
			w.served[version] = tick
		}
		since := w.served[version]
		if since.IsZero() {
			continue
		}
		v := evaluate.Verdict{Ref: ref(version), Tick: tick, Status: evaluate.Healthy, Serving: version == serving}
		if w.bad[version] && tick.Sub(since) >= 3*time.Hour {
			v.Status, v.Reason = evaluate.Critical, evaluate.ReasonPaired
			v.Evidence = []evaluate.Evidence{{
				Kind: evaluate.Paired, Check: "brier", Against: "1", Limit: .005, LogM: 12, Peak: 12, Page: 8.4, Demote: 11.6,
				Level: evaluate.Proven, Since: since, Onset: since, Blocks: 15, Rows: 13000,
			}}
		}
		all = append(all, v)
	}
	return all
}
