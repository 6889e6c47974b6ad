package main

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/driftd/driftd/alerts"
	"github.com/driftd/driftd/internal/model"
)

var errRegistry = errors.New("503 service unavailable")

// oldest is how many steps a read may lie behind.
const oldest = 4

// read shows who held the slot a moment ago, and at which step that was.
func (r *replica) read() (holder string, asOf int, err error) {
	err = r.call(func() error {
		if !r.calm && r.chance(.05) {
			return errRegistry
		}
		asOf = r.step0()
		holder = r.at(asOf)
		return nil
	})
	return holder, asOf, err
}

func (r *replica) step0() int {
	if !r.calm && r.chance(.2) {
		r.counts.stale++
		return r.world.step - 1 - r.rng.IntN(oldest)
	}
	return r.world.step
}

// Switch implements [alerts.Registry] for a registry without compare-and-set, in
// the order of calls of the client for MLflow.
func (r *replica) Switch(_ context.Context, a alerts.Action) error {
	holder, asOf, err := r.read()
	switch {
	case err != nil:
		return err
	case holder == a.To:
		return nil
	case holder != a.From:
		return fmt.Errorf("held by %s: %w", holder, alerts.ErrMoved)
	}
	committed, refused := false, false
	sent := r.call(func() error {
		lost := !r.calm && r.chance(.15)
		if refused = !lost && !r.calm && r.chance(.1); refused {
			return errRegistry
		}
		if committed = !lost || r.chance(.7); committed {
			r.moved(a, asOf)
		}
		if lost {
			r.counts.lost++
			return errRegistry
		}
		return nil
	})
	if refused {
		return sent
	}
	third := ""
	for range 3 {
		holder, _, err = r.read()
		switch {
		case err != nil:
			return fmt.Errorf("%w: %w", alerts.ErrUncertain, errors.Join(sent, err))
		case holder == a.To:
			return nil
		case holder != a.From && holder == third:
			return fmt.Errorf("held by %s: %w", holder, alerts.ErrMoved)
		case holder != a.From:
			third = holder
		case sent != nil:
			return fmt.Errorf("%s still holds it: %w", a.From, sent)
		}
	}
	return fmt.Errorf("accepted, and still held by %s", holder)
}

// Holder implements [alerts.Slots].
func (r *replica) Holder(context.Context, alerts.Action) (string, error) {
	holder, _, err := r.read()
	return holder, err
}

// pause is a while in which everything may happen.
func (r *replica) pause(context.Context, time.Duration) error {
	for range 8 {
		if err := r.call(func() error { return nil }); err != nil {
			return err
		}
	}
	return nil
}

// Annotate implements [alerts.Registry].
func (r *replica) Annotate(context.Context, model.Ref, map[string]string) error {
	return r.call(func() error {
		if !r.calm && r.chance(.05) {
			return errRegistry
		}
		return nil
	})
}

// Served implements [alerts.Traffic]: requests follow the slot at once.
func (r *replica) Served(_ context.Context, ref model.Ref, from, _ time.Time) (all, byRef uint64, first time.Time, err error) {
	err = r.call(func() error {
		all = 100
		if r.slot == ref.Version {
			byRef, first = 100, from
		}
		return nil
	})
	return all, byRef, first, err
}

// look is what a tick sees of the registry, kept with the tick.
func (r *replica) look(tick time.Time) (alerts.Serving, error) {
	holder, _, err := r.read()
	looked := r.world.step
	if errors.Is(err, errKilled) || errors.Is(err, errTerm) {
		return alerts.Serving{}, err
	}
	seen := alerts.Serving{Ref: ref(holder), Known: err == nil, Held: map[string]string{}, Unfit: map[string]alerts.Reason{}}
	err = r.call(func() error {
		if before, ok := r.looks[tick]; ok {
			seen = before
			return nil
		}
		for version, why := range r.held {
			seen.Held[version] = why
		}
		for version := range r.gone {
			seen.Unfit[version] = alerts.BlockedDeleted
		}
		r.observe(tick, &seen)
		r.looks[tick], r.looked[tick] = seen, looked
		return nil
	})
	return seen, err
}

// observe keeps the slot's history, and adds what it tells to what was seen.
func (w *world) observe(tick time.Time, seen *alerts.Serving) {
	n := len(w.history)
	switch {
	case !seen.Known && n > 0:
		seen.Ref = ref(w.history[n-1].version)
	case seen.Known && (n == 0 || w.history[n-1].version != seen.Ref.Version):
		w.history = append(w.history, holding{seen.Ref.Version, tick})
	}
	for k := len(w.history) - 1; k >= 0; k-- {
		h := w.history[k]
		if h.version == seen.Ref.Version && k == len(w.history)-1 {
			seen.Since = h.from
		}
		if h.version != seen.Ref.Version && !contains(seen.Previous, h.version) {
			seen.Previous = append(seen.Previous, h.version)
		}
	}
}
