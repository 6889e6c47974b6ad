package clickhouse

import (
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/ClickHouse/clickhouse-go/v2/lib/driver"

	"github.com/driftd/driftd/alerts"
	"github.com/driftd/driftd/evaluate"
)

// Why the holder of a slot is another one than before.
const (
	slotFirstSeen    = "first_seen"
	slotReconfigured = "reconfigured" // the configuration names another slot
	slotDemotion     = "demotion"
	slotByOthers     = "changed_by_others"
	slotReturned     = "returned_by_others" // to a version that held it before
	slotHeldTwice    = "held_twice"         // people promoted without archiving
	slotTidied       = "tidied_by_others"   // one of several is left
	slotEmptied      = "emptied_by_others"
	slotDeleted      = "version_deleted" // emptied because its holder was
)

// Holding is one line of a slot's history, which goes on until the next.
type Holding struct {
	Slot    string
	Version string    // "" when nobody holds the slot
	Also    []string  // versions in it beside Version, sorted
	From    time.Time // first tick at which it was seen so
	Reason  string
	By      string // id of the action, of a demotion
}

// SlotHistory returns who held the model's slot until the tick, oldest first.
func (s *Store) SlotHistory(ctx context.Context, name string, tick time.Time) ([]Holding, error) {
	all, err := s.holdings(ctx, name)
	return until(all, tick), err
}

func (s *Store) holdings(ctx context.Context, name string) ([]Holding, error) {
	about := call{file: "slots", subject: "read slot history of " + name}
	return s.reads.slots.about(ctx, s, name, about, func(rows driver.Rows) (model string, h Holding, err error) {
		err = rows.Scan(&model, &h.Slot, &h.Version, &h.Also, &h.From, &h.Reason, &h.By)
		h.From = h.From.UTC()
		return model, h, err
	})
}

// until cuts off what began after the tick.
func until(all []Holding, tick time.Time) []Holding {
	n := slices.IndexFunc(all, func(h Holding) bool { return h.From.After(tick) })
	if n < 0 {
		return all
	}
	return all[:n:n]
}

// Slots returns the tenures of versions in the model's slot until the tick,
// oldest first. That it was empty or shared for a while ends no tenure.
func (s *Store) Slots(ctx context.Context, name string, tick time.Time) ([]evaluate.Tenure, error) {
	history, err := s.SlotHistory(ctx, name, tick)
	var tenures []evaluate.Tenure
	for _, h := range history {
		if n := len(tenures); h.Version != "" && (n == 0 || tenures[n-1].Version != h.Version) {
			tenures = append(tenures, evaluate.Tenure{Version: h.Version, From: h.From, Reason: h.Reason})
		}
	}
	return tenures, err
}

// observe compares who holds the slot with its history, adds a line if that is
// news, and fills in what the history tells.
func (s *Store) observe(ctx context.Context, name, slot string, tick time.Time, seen alerts.Serving) (alerts.Serving, error) {
	all, err := s.holdings(ctx, name)
	if err != nil {
		return seen, err
	}
	history := until(all, tick)
	var last Holding
	if n := len(history); n > 0 {
		last = history[n-1]
	}
	if !seen.Known {
		seen.Ref.Version = last.Version
	}
	news := last.Version != seen.Ref.Version || seen.Known && !slices.Equal(last.Also, seen.Also)
	// A tick of the past that is evaluated now shows who holds the slot now:
	// that is nothing to write into a history that already went on.
	if news && len(history) == len(all) {
		h := Holding{Slot: slot, Version: seen.Ref.Version, Also: seen.Also, From: tick}
		if h.Reason, h.By, err = s.whyMoved(ctx, name, history, h, seen.Lost); err != nil {
			return seen, err
		}
		if err := s.recordHolding(ctx, name, h); err != nil {
			return seen, err
		}
		history = append(history, h)
	}
	seen.Since, seen.Previous = tenure(history, seen.Ref.Version)
	seen.Left = left(history, seen.Ref.Version)
	return seen, nil
}

// tenure returns since when the version holds the slot without a break, and the
// versions that held it before, the last one first.
func tenure(history []Holding, version string) (since time.Time, previous []string) {
	unbroken := version != ""
	for _, h := range slices.Backward(history) {
		if unbroken = unbroken && h.Version == version; unbroken {
			since = h.From
		}
		if h.Version != "" && h.Version != version && !slices.Contains(previous, h.Version) {
			previous = append(previous, h.Version)
		}
	}
	return since, previous
}

// left returns when the versions other than the holder last held the slot; nil
// when none ever did.
func left(history []Holding, holder string) map[string]time.Time {
	var at map[string]time.Time
	for k := range len(history) - 1 {
		if h, next := history[k], history[k+1]; h.Version != "" && h.Version != holder && h.Version != next.Version {
			if at == nil {
				at = map[string]time.Time{}
			}
			at[h.Version] = next.From
		}
	}
	return at
}

func (s *Store) recordHolding(ctx context.Context, name string, h Holding) error {
	also := h.Also
	if also == nil {
		also = []string{}
	}
	subject := fmt.Sprintf("record that %q of %s holds %s", h.Version, name, h.Slot)
	return s.insertRows(ctx, call{file: "insert_slot", subject: subject}, [][]any{{name, h.Slot, h.Version, h.From, h.Reason, h.By, also}})
}

// whyMoved tells a demotion of ours, and by which action, from what others do.
func (s *Store) whyMoved(ctx context.Context, name string, history []Holding, now Holding, lost bool) (reason, by string, err error) {
	if len(history) == 0 {
		return slotFirstSeen, "", nil
	}
	last := history[len(history)-1]
	switch {
	case last.Slot != now.Slot:
		return slotReconfigured, "", nil
	case now.Version == "" && lost:
		return slotDeleted, "", nil
	case now.Version == "":
		return slotEmptied, "", nil
	case len(now.Also) > 0:
		return slotHeldTwice, "", nil
	case now.Version == last.Version:
		return slotTidied, "", nil
	}
	actions, err := s.Actions(ctx, name, now.From)
	if err != nil {
		return "", "", err
	}
	for _, a := range slices.Backward(actions) {
		if a.From == last.Version && a.To == now.Version && !a.Tick.Before(last.From) && (a.Moved() || a.Stage == alerts.Intent) {
			return slotDemotion, a.ID, nil
		}
	}
	if slices.ContainsFunc(history, func(h Holding) bool { return h.Version == now.Version }) {
		return slotReturned, "", nil
	}
	return slotByOthers, "", nil
}
