package app

import (
	"context"
	"fmt"
	"log/slog"
	"slices"
	"strings"
	"time"

	"github.com/driftd/driftd/alerts"
	"github.com/driftd/driftd/evaluate"
	"github.com/driftd/driftd/ingest"
	"github.com/driftd/driftd/internal/clickhouse"
	"github.com/driftd/driftd/internal/config"
)

// BacktestOptions say what is replayed.
type BacktestOptions struct {
	From, To time.Time // first and last tick; zero: all that is stored, until every label is mature
	// EveryTick replays every tick of the schedule, not only those at which a
	// window or a block closes or the slot changed hands.
	EveryTick bool
	Progress  func(done, total int, tick time.Time)
}

// maxTicks bounds a backtest: more is a mistake in the range.
const maxTicks = 100_000

// Backtest replays a model's policy over its stored events, in mode auto, and
// says what would have come of it. It changes nothing: see [rehearsal].
func Backtest(ctx context.Context, store *clickhouse.Store, c config.Config, m config.Model, o BacktestOptions, log *slog.Logger) (Backtested, error) {
	started := time.Now()
	out := Backtested{Model: m.Policy.Model, Policy: c.File, Mode: m.Alerts.Mode.String()}
	if err := replayable(ctx, store, m); err != nil {
		return out, err
	}
	if err := o.complete(ctx, store, m); err != nil {
		return out, err
	}
	m.Alerts.Mode = alerts.Auto
	var seen tally
	r, drop, err := rehearse(ctx, store, c, m, false, log, seen.observe)
	if err != nil {
		return out, err
	}
	counts := &ahead{Store: r.scratch, to: o.To, counted: map[string]time.Time{}}
	r.cycle.evaluator = r.evaluator(counts)
	err = r.replay(ctx, &out, o)
	if err == nil {
		err = out.fill(ctx, r)
	}
	out.Windows, out.Blocks = seen.windows, seen.blocks
	if dropped := drop(); err == nil {
		err = dropped
	}
	out.Seconds = time.Since(started).Seconds()
	return out, err
}

// replayable says what keeps the stored events from being judged by the policy.
func replayable(ctx context.Context, store *clickhouse.Store, m config.Model) error {
	stored, err := store.Stored(ctx, m.Policy.Model)
	if err != nil {
		return err
	}
	if stored.Predictions == 0 {
		return fmt.Errorf("no predictions of %s are stored: start `driftd run`, or load some with `driftd load`", m.Policy.Model)
	}
	have, err := store.Features(ctx, m.Policy.Model)
	if err != nil {
		return err
	}
	for _, want := range m.Ingest.Features {
		at := slices.IndexFunc(have, func(f ingest.Feature) bool { return f.Name == want.Name })
		switch {
		case at < 0:
			return fmt.Errorf("feature %q of %s has no column in what is stored: leave it out, or see `driftd features list %s`", want.Name, m.Policy.Model, m.Policy.Model)
		case have[at].Kind != want.Kind:
			return fmt.Errorf("feature %q of %s is stored as %s, the policy declares %s", want.Name, m.Policy.Model, have[at].Kind, want.Kind)
		}
	}
	return nil
}

// complete fills in the range and checks it.
func (o *BacktestOptions) complete(ctx context.Context, store *clickhouse.Store, m config.Model) error {
	p := m.Policy
	active, err := store.Activity(ctx, p, time.Unix(0, 0), time.UnixMilli(1<<42))
	if err != nil {
		return err
	}
	var first, last time.Time
	for _, a := range active {
		if first.IsZero() || a.First.Before(first) {
			first = a.First
		}
		if a.Last.After(last) {
			last = a.Last
		}
	}
	if first.IsZero() {
		return fmt.Errorf("no version of %s is known to the registry: see `driftd status`", p.Model)
	}
	// A window or a block later, all of it has been judged.
	end := m.Schedule.Next(last.Add(p.Lateness + p.Maturity + max(p.Drift.Window, p.Live.Block)))
	if now := time.Now().UTC(); end.After(now) {
		end = now
	}
	if o.From.IsZero() {
		o.From = first
	}
	if o.To.IsZero() {
		o.To = end
	}
	switch {
	case !o.From.Before(o.To):
		return fmt.Errorf("nothing lies between %s and %s: predictions of %s are stored from %s to %s", stamp(o.From), stamp(o.To), p.Model, stamp(first), stamp(last))
	case o.From.After(last):
		return fmt.Errorf("predictions of %s are stored from %s to %s: none after %s", p.Model, stamp(first), stamp(last), stamp(o.From))
	case o.To.Before(first):
		return fmt.Errorf("predictions of %s are stored from %s to %s: none before %s", p.Model, stamp(first), stamp(last), stamp(o.To))
	}
	return nil
}

func stamp(t time.Time) string { return t.UTC().Format(time.RFC3339) }

// replay runs the ticks in order.
func (r *rehearsal) replay(ctx context.Context, out *Backtested, o BacktestOptions) error {
	ticks, err := r.ticks(o)
	if err != nil {
		return err
	}
	m := r.model
	if err := r.scratch.SaveTenures(ctx, m.Policy.Model, m.Slot.String(), r.slot.record.tenures(ticks[0])); err != nil {
		return err
	}
	out.From, out.To, out.Ticks = ticks[0], ticks[len(ticks)-1], len(ticks)
	for i, tick := range ticks {
		if err := r.run(ctx, tick); err != nil {
			if ctx.Err() != nil {
				return fmt.Errorf("stopped at %s, after %d of %d ticks: nothing is kept", stamp(tick), i, len(ticks))
			}
			return fmt.Errorf("tick %s: %w", stamp(tick), err)
		}
		if o.Progress != nil {
			o.Progress(i+1, len(ticks), tick)
		}
	}
	return nil
}

// ticks returns the ticks of the schedule that are replayed: between two at
// which a window or a block closes, or the slot changed hands, evidence stands
// still.
func (r *rehearsal) ticks(o BacktestOptions) ([]time.Time, error) {
	p := r.model.Policy
	var ticks []time.Time
	var last [3]int64
	for tick := range r.model.Schedule.Due(o.From.Add(-1), o.To) {
		news := [3]int64{tick.Add(-p.Lateness).UnixMilli() / p.Drift.Window.Milliseconds(), 0, int64(r.slot.record.at(tick))}
		if _, to, ok := p.LabelBlock(tick); ok {
			news[1] = to.UnixMilli()
		}
		if !o.EveryTick && len(ticks) > 0 && news == last {
			continue
		}
		last = news
		if ticks = append(ticks, tick); len(ticks) > maxTicks {
			return nil, fmt.Errorf("more than %d ticks of %q from %s to %s: choose a shorter range", maxTicks, r.model.Schedule, stamp(o.From), stamp(o.To))
		}
	}
	if len(ticks) == 0 {
		return nil, fmt.Errorf("schedule %q has no tick from %s to %s", r.model.Schedule, stamp(o.From), stamp(o.To))
	}
	return ticks, nil
}

// tally counts what was judged.
type tally struct{ windows, blocks int }

func (t *tally) observe(_ config.Model, verdicts []evaluate.Verdict, _ alerts.Plan) {
	for _, v := range verdicts {
		windows, blocks := map[time.Time]bool{}, map[time.Time]bool{}
		for _, r := range v.Results {
			switch {
			case r.Check == "coverage":
				blocks[r.To] = true
			case r.P != nil && !strings.HasPrefix(r.Check, evaluate.SlicePrefix):
				windows[r.To] = true
			}
		}
		t.windows, t.blocks = t.windows+len(windows), t.blocks+len(blocks)
	}
}
