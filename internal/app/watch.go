package app

import (
	"cmp"
	"context"
	"fmt"
	"log/slog"
	"slices"
	"strings"
	"time"

	"github.com/driftd/driftd/alerts"
	"github.com/driftd/driftd/evaluate"
	"github.com/driftd/driftd/internal/config"
	"github.com/driftd/driftd/internal/model"
	"github.com/driftd/driftd/registry"
)

// fallbackAlias names the version to fall back to when the slot has no earlier
// holder, unless the configuration names another alias.
const fallbackAlias = "fallback"

// aliasOf returns the alias of the model's fallback.
func aliasOf(m config.Model) string { return cmp.Or(m.Fallback, fallbackAlias) }

// watcher looks at the registry once per tick and keeps what it saw.
type watcher struct {
	registry slotReader
	inputs   *inputs
	store    slotStore
	log      *slog.Logger
	metrics  *slotMetrics
}

// slotReader shows a model with all its versions.
type slotReader interface {
	Model(ctx context.Context, name string) (registry.Model, error)
	Versions(ctx context.Context, name string) ([]registry.Version, error)
}

// slotStore keeps who held which slot when: no registry does.
type slotStore interface {
	// StartTick records what the registry showed when the tick was first
	// started, and returns it: a repeated tick sees what the first one saw.
	StartTick(ctx context.Context, model, slot string, tick time.Time, seen alerts.Serving) (alerts.Serving, error)
	// Slots returns the versions that held the slot until the tick.
	Slots(ctx context.Context, model string, tick time.Time) ([]evaluate.Tenure, error)
	// Orders returns what people have asked for.
	Orders(ctx context.Context, model string, tick time.Time) ([]alerts.Order, error)
}

// serving returns what the registry shows at the tick. An unreachable registry
// is not an error: evaluation goes on, and nothing may be moved.
func (w watcher) serving(ctx context.Context, m config.Model, tick time.Time) (alerts.Serving, error) {
	log := w.log.With("component", "registry", "model", m.Policy.Model, "slot", m.Slot.String(), "tick", tick)
	seen, versions, err := w.look(ctx, m, tick, log)
	if seen.Known {
		past, lerr := w.store.Slots(ctx, m.Policy.Model, tick)
		if lerr != nil {
			return seen, lerr
		}
		orders, lerr := w.store.Orders(ctx, m.Policy.Model, tick)
		if lerr != nil {
			return seen, lerr
		}
		seen.Lost = seen.Ref.Version == "" && len(past) > 0 && !registered(versions, past[len(past)-1].Version)
		seen.Unfit = w.unfit(ctx, seen, candidates(seen, past, orders), versions, tick)
	}
	class := registry.Classify(err)
	w.metrics.looked(m.Policy.Model, class, seen)
	switch {
	case class == registry.OK:
	case class == registry.NotFound:
		log.Warn("not in the registry: no version is known to serve", "err", err)
	case seen.Lost:
		log.Warn("the version that held the slot was deleted: put another one there", "err", err)
	case class == registry.NoHolder:
		log.Warn("nothing holds the slot: put a version there", "err", err)
	case class == registry.HeldTwice:
		log.Error("several versions hold the slot", "err", err)
	default:
		log.Error("registry cannot be read: judging goes on with the version seen last, and nothing is moved", "reason", class, "err", err)
	}
	return w.store.StartTick(ctx, m.Policy.Model, m.Slot.String(), tick, seen)
}

// look returns what the registry shows, and an error that says what is wrong with
// it: beside what it shows, if that could be read.
func (w watcher) look(ctx context.Context, m config.Model, tick time.Time, log *slog.Logger) (alerts.Serving, []registry.Version, error) {
	name := m.Policy.Model
	seen := alerts.Serving{Ref: model.Ref{Name: name}, Held: map[string]string{}}
	found, err := w.registry.Model(ctx, name)
	if err != nil {
		return seen, nil, err
	}
	versions, err := w.registry.Versions(ctx, name)
	if err != nil {
		return seen, nil, err
	}
	holders, err := holders(found, versions, m.Slot)
	seen.Known = true
	if len(holders) > 0 {
		seen.Ref = holders[0]
		for _, h := range holders[1:] {
			seen.Also = append(seen.Also, h.Version)
		}
		slices.Sort(seen.Also)
	}
	if version := found.Aliases[aliasOf(m)]; registered(versions, version) {
		seen.Fallback = version
	}
	people := wishes{tick: tick, seen: &seen}
	people.mode(found.Tags[registry.ModeTag])
	people.hold("", found.Tags[registry.HoldTag])
	for _, v := range versions {
		people.hold(v.Version, v.Tags[registry.HoldTag])
	}
	for _, err := range people.unread {
		log.Warn("a tag of people cannot be read: it counts as the most cautious wish", "err", err)
	}
	w.metrics.unread.WithLabelValues(name).Set(float64(len(people.unread)))
	return seen, versions, err
}

// holders returns the versions in the slot, first the one that it resolves to,
// and what is wrong unless there is exactly one.
func holders(m registry.Model, versions []registry.Version, slot registry.Slot) ([]model.Ref, error) {
	if slot.Kind == registry.Alias {
		holder, err := m.Holder(slot)
		switch {
		case err != nil:
			return nil, err
		case !registered(versions, holder.Version): // MLflow before 3.0 keeps such an alias
			return nil, fmt.Errorf("%s of %s is the deleted version %s: %w", slot, m.Name, holder.Version, registry.ErrNoHolder)
		}
		return []model.Ref{holder}, nil
	}
	var held []model.Ref
	for _, v := range versions { // newest first, as the registry resolves a stage
		if v.Stage == slot.Name {
			held = append(held, v.Ref)
		}
	}
	switch len(held) {
	case 0:
		return nil, fmt.Errorf("%s of %s: %w", slot, m.Name, registry.ErrNoHolder)
	case 1:
		return held, nil
	}
	return held, &registry.HeldTwiceError{Slot: slot, Holders: held}
}

func registered(versions []registry.Version, version string) bool {
	return slices.ContainsFunc(versions, func(v registry.Version) bool { return v.Version == version })
}

// wishes reads what people wrote into the registry.
type wishes struct {
	tick   time.Time
	seen   *alerts.Serving
	unread []error // what could not be read
}

// hold notes a hold on a version, or on the whole model when version is "".
func (w *wishes) hold(version, value string) {
	hold, held, err := registry.ParseHold(value)
	if err != nil {
		subject := w.seen.Ref.Name
		if version != "" {
			subject += "@" + version
		}
		w.unread = append(w.unread, fmt.Errorf("tag of %s: %w", subject, err))
	}
	if held && !hold.Over(w.tick) {
		w.seen.Held[version] = hold.Reason
	}
}

// mode notes how far people let driftd go. A word that is none of the three was
// meant to be one: until it is mended, nothing is moved.
func (w *wishes) mode(value string) {
	text := strings.TrimSpace(value)
	if text == "" {
		return
	}
	mode, err := alerts.ParseMode(text)
	if err != nil {
		w.unread = append(w.unread, fmt.Errorf("tag of %s: %s: %w", w.seen.Ref.Name, registry.ModeTag, err))
		mode = alerts.Observe
	}
	w.seen.Mode = mode
}
