package app

import (
	"context"
	"maps"
	"slices"
	"time"

	"github.com/driftd/driftd/alerts"
	"github.com/driftd/driftd/evaluate"
	"github.com/driftd/driftd/internal/clickhouse"
	"github.com/driftd/driftd/internal/config"
	"github.com/driftd/driftd/internal/model"
)

// record is what the registry showed, change by change, oldest first: as ticks
// have kept it and, before the first of them, as the role "served" of the
// predictions tells.
type record []shown

type shown struct {
	clickhouse.Sighting
	fromEvents bool
}

// readRecord reads the record of a model. fallback completes what predictions
// cannot tell.
func readRecord(ctx context.Context, store *clickhouse.Store, m config.Model, fallback string) (record, error) {
	name := m.Policy.Model
	sightings, err := store.Sightings(ctx, name)
	if err != nil {
		return nil, err
	}
	served, err := store.ServedBy(ctx, name, m.Policy.Bucket)
	if err != nil {
		return nil, err
	}
	var r record
	for _, t := range served {
		if len(sightings) > 0 && !t.From.Before(sightings[0].Tick) {
			break
		}
		seen := alerts.Serving{Ref: model.Ref{Name: name, Version: t.Version}, Known: true, Fallback: fallback}
		r = append(r, shown{clickhouse.Sighting{Tick: t.From, Seen: seen}, true})
	}
	for _, s := range sightings {
		if n := len(r); n == 0 || r[n-1].fromEvents || !same(r[n-1].Seen, s.Seen) {
			r = append(r, shown{s, false})
		}
	}
	return r, nil
}

func same(a, b alerts.Serving) bool {
	return a.Known == b.Known && a.Ref == b.Ref && a.Fallback == b.Fallback && a.Mode == b.Mode && a.Lost == b.Lost &&
		maps.Equal(a.Held, b.Held) && slices.Equal(a.Also, b.Also)
}

// at returns the position of what was shown at the tick, -1 before the first.
func (r record) at(tick time.Time) int {
	n := slices.IndexFunc(r, func(s shown) bool { return s.Tick.After(tick) })
	if n < 0 {
		n = len(r)
	}
	return n - 1
}

// seen returns what was shown at the tick.
func (r record) seen(name string, tick time.Time) alerts.Serving {
	if at := r.at(tick); at >= 0 {
		return r[at].Seen
	}
	return alerts.Serving{Ref: model.Ref{Name: name}, Known: true}
}

// tenures returns who held the slot before the tick.
func (r record) tenures(tick time.Time) []evaluate.Tenure {
	var all []evaluate.Tenure
	for _, s := range r {
		if n := len(all); s.Tick.Before(tick) && s.Seen.Ref.Version != "" && (n == 0 || all[n-1].Version != s.Seen.Ref.Version) {
			all = append(all, evaluate.Tenure{Version: s.Seen.Ref.Version, From: s.Tick})
		}
	}
	return all
}

// pretended is a registry in which the slot is held as recorded, until the
// rehearsal moves it, and again from the record's next move on: that one was
// made by people, or by a driftd that knew the same.
type pretended struct {
	record record
	store  *clickhouse.Store
	policy evaluate.Policy

	tick       time.Time
	now        alerts.Serving // as recorded, at the tick
	departures []Departure    // the last one is not over while its End is zero
}

// Departure is a stretch in which the slot is held by another version than
// recorded, because the rehearsal moved it.
type Departure struct {
	From     time.Time `json:"from"`
	To       time.Time `json:"to,omitzero"` // the tick at which the record moved on
	Holds    string    `json:"holds"`
	Recorded string    `json:"recorded"`
}

// departed returns the departure that is not over.
func (p *pretended) departed() *Departure {
	if n := len(p.departures); n > 0 && p.departures[n-1].To.IsZero() {
		return &p.departures[n-1]
	}
	return nil
}

// serving implements [slotWatch].
func (p *pretended) serving(ctx context.Context, m config.Model, tick time.Time) (alerts.Serving, error) {
	p.tick, p.now = tick, p.record.seen(m.Policy.Model, tick)
	seen := p.now
	if d := p.departed(); d != nil {
		if seen.Known && seen.Ref.Version != d.Recorded {
			d.To = tick
		} else {
			seen.Ref.Version = d.Holds
		}
	}
	return p.store.StartTick(ctx, m.Policy.Model, m.Slot.String(), tick, seen)
}

// Switch implements [alerts.Registry].
func (p *pretended) Switch(_ context.Context, a alerts.Action) error {
	recorded := p.now.Ref.Version
	if d := p.departed(); d != nil {
		d.To, recorded = p.tick, d.Recorded
	}
	p.departures = append(p.departures, Departure{From: p.tick, Holds: a.To, Recorded: recorded})
	return nil
}

// Annotate implements [alerts.Registry]: no version is marked.
func (p *pretended) Annotate(context.Context, model.Ref, map[string]string) error { return nil }

// Served implements [alerts.Traffic]. Where the slot departs from the record,
// traffic is taken to follow at once: the predictions that the version made,
// whatever their role, are the ones it would have served.
func (p *pretended) Served(ctx context.Context, ref model.Ref, from, to time.Time) (all, byRef uint64, first time.Time, err error) {
	if p.departed() == nil {
		return p.store.Served(ctx, ref, from, to)
	}
	active, err := p.store.Activity(ctx, p.policy, from, to)
	for _, a := range active {
		if a.Version == ref.Version {
			return a.Rows, a.Rows, a.First, err
		}
	}
	return 0, 0, time.Time{}, err
}
