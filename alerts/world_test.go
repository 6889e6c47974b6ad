package alerts_test

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"log/slog"
	"maps"
	"slices"
	"testing"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/driftd/driftd/alerts"
	"github.com/driftd/driftd/alerts/slack"
	"github.com/driftd/driftd/alerts/slack/slackfake"
	"github.com/driftd/driftd/evaluate"
	"github.com/driftd/driftd/internal/model"
)

const channel = "#churn"

// world is everything outside an Applier: a registry with one slot, a journal
// that stores as text, and a Slack. The process under test can be killed at any
// of its calls, before or after the call had its effect.
type world struct {
	t         *testing.T
	slot      string
	previous  []string
	fallback  string
	since     time.Time
	held      map[string]string
	written   map[string]map[string]string // in the registry
	tags      map[string]map[string]string // as the journal has them
	rows      []alerts.Action
	incidents map[string]string // JSON by id
	moves     []string
	orders    []alerts.Order
	served    map[string]uint64 // predictions by version
	recent    map[string]uint64 // the same for windows that begin after the first tick; nil: as served
	people    *slackfake.Server
	silences  []alerts.Silence
	slack     *slack.Notifier
	switching error // what Switch answers instead of moving
	waits     []time.Duration
	holder    func() (string, error) // what is read back; nil: who holds the slot

	receivers  map[string]alerts.Receiver
	leadership alerts.Leadership // nil: there is one replica

	calls, killAt int
	late, dead    bool // killed after the effect; killed
}

var errKilled = errors.New("killed")

func newWorld(t *testing.T) *world {
	w := &world{
		t: t, slot: "2", previous: []string{"1"}, since: tick.AddDate(0, 0, -16), held: map[string]string{},
		written: map[string]map[string]string{}, tags: map[string]map[string]string{}, incidents: map[string]string{},
		served: map[string]uint64{}, people: slackfake.New("xoxb-test"),
	}
	t.Cleanup(w.people.Close)
	w.restart()
	return w
}

// restart is a new process: it remembers nothing.
func (w *world) restart() {
	w.dead, w.killAt = false, 0
	w.slack = slack.New(slack.Config{Token: "xoxb-test", APIURL: w.people.URL()}, slog.New(slog.DiscardHandler))
}

func (w *world) call(effect func() error) error {
	w.calls++
	if w.dead {
		return errKilled
	}
	if w.calls == w.killAt {
		w.dead = true
		if w.late {
			_ = effect()
		}
		return errKilled
	}
	return effect()
}

func (w *world) Switch(_ context.Context, a alerts.Action) error {
	return w.call(func() error {
		switch {
		case w.switching != nil:
			return w.switching
		case w.slot == a.To:
			return nil
		case w.slot != a.From:
			return alerts.ErrMoved
		}
		w.move(a.To)
		return nil
	})
}

func (w *world) Holder(context.Context, alerts.Action) (holder string, err error) {
	err = w.call(func() error {
		if holder = w.slot; w.holder != nil {
			holder, err = w.holder()
		}
		return err
	})
	return holder, err
}

func (w *world) wait(_ context.Context, d time.Duration) error {
	return w.call(func() error { w.waits = append(w.waits, d); return nil })
}

func (w *world) move(to string) {
	w.moves = append(w.moves, w.slot+" to "+to)
	w.previous = slices.DeleteFunc(append([]string{w.slot}, w.previous...), func(v string) bool { return v == to })
	w.slot = to
}

func (w *world) Annotate(_ context.Context, ref model.Ref, tags map[string]string) error {
	return w.call(func() error {
		if w.written[ref.Version] == nil {
			w.written[ref.Version] = map[string]string{}
		}
		maps.Copy(w.written[ref.Version], tags)
		return nil
	})
}

func (w *world) SaveTags(_ context.Context, ref model.Ref, _ time.Time, tags map[string]string) error {
	return w.call(func() error { w.tags[ref.Version] = maps.Clone(tags); return nil })
}

func (w *world) SaveAction(_ context.Context, a alerts.Action) error {
	return w.call(func() error {
		same := func(b alerts.Action) bool { return b.ID == a.ID && b.Stage == a.Stage && b.At.Equal(a.At) }
		if at := slices.IndexFunc(w.rows, same); at >= 0 {
			w.rows[at] = a
		} else {
			w.rows = append(w.rows, a)
		}
		return nil
	})
}

func (w *world) SaveIncident(_ context.Context, i alerts.Incident) error {
	return w.call(func() error {
		text, err := json.Marshal(i)
		w.incidents[i.ID] = string(text)
		return err
	})
}

func (w *world) Notify(ctx context.Context, i alerts.Incident) (receipt alerts.Receipt, err error) {
	err = w.call(func() error { receipt, err = w.slack.Notify(ctx, i); return err })
	return receipt, err
}

func (w *world) Served(_ context.Context, ref model.Ref, from, _ time.Time) (all, byRef uint64, first time.Time, err error) {
	served := w.served
	if w.recent != nil && from.After(tick) {
		served = w.recent
	}
	for _, n := range served {
		all += n
	}
	return all, served[ref.Version], from.Add(time.Minute), nil
}

// incident returns the stored incident of the version and class.
func (w *world) incident(version string, class alerts.Class) alerts.Incident {
	w.t.Helper()
	var found alerts.Incident
	for _, text := range w.incidents {
		var i alerts.Incident
		if err := json.Unmarshal([]byte(text), &i); err != nil {
			w.t.Fatal(err)
		}
		if i.Ref.Version == version && i.Class == class && !i.Opened.Before(found.Opened) {
			found = i
		}
	}
	return found
}

// past is what the journal and the registry show at the tick. serving is what
// the registry showed when the tick was first started.
func (w *world) past(tick time.Time, serving alerts.Serving, streaks map[string]alerts.Streak) alerts.Past {
	p := alerts.Past{Serving: serving, Statuses: streaks, Tags: map[string]map[string]string{}, Latest: true, Orders: w.orders, Silences: w.silences}
	for version, tags := range w.tags {
		p.Tags[version] = maps.Clone(tags)
	}
	for _, a := range w.rows {
		rows := &p.Actions
		if a.At.Equal(tick) {
			rows = &p.Reached
		}
		if k := slices.IndexFunc(*rows, func(b alerts.Action) bool { return b.ID == a.ID }); k >= 0 {
			(*rows)[k] = a
			continue
		}
		*rows = append(*rows, a)
	}
	for _, text := range w.incidents {
		var i alerts.Incident
		if err := json.Unmarshal([]byte(text), &i); err != nil {
			w.t.Fatal(err)
		}
		if i.Ref.Name != serving.Ref.Name {
			continue
		}
		if i.State == alerts.Open || i.Pending() || i.Updated.Equal(tick) || tick.Sub(i.Closed) < alerts.FlapWindow {
			p.Incidents = append(p.Incidents, i)
		}
	}
	slices.SortFunc(p.Incidents, func(a, b alerts.Incident) int { return cmp.Compare(a.ID, b.ID) })
	return p
}

func (w *world) serving() alerts.Serving {
	return alerts.Serving{
		Ref: ref(w.slot), Known: true, Since: w.since, Previous: slices.Clone(w.previous), Fallback: w.fallback, Held: maps.Clone(w.held),
	}
}

func (w *world) applier() *alerts.Applier {
	ports := alerts.Ports{Registry: w, Journal: w, Notifier: w, Traffic: w, Leadership: w.leadership, Receivers: w.receivers, Slots: w, Wait: w.wait}
	return alerts.NewApplier(ports, slog.New(slog.DiscardHandler), prometheus.NewRegistry())
}

// run decides and applies one tick.
func (w *world) run(p alerts.Policy, tick time.Time, serving alerts.Serving, verdicts ...evaluate.Verdict) (alerts.Plan, error) {
	return w.runIn(0, p, tick, serving, verdicts...)
}

// runIn is run in a replica's term.
func (w *world) runIn(epoch int32, p alerts.Policy, tick time.Time, serving alerts.Serving, verdicts ...evaluate.Verdict) (alerts.Plan, error) {
	past := w.past(tick, serving, nil)
	past.Epoch = epoch
	plan := alerts.Decide(p, verdicts, past, tick)
	return plan, w.applier().Apply(w.t.Context(), plan, past)
}

// stages lists the stages the journal has seen, in order.
func (w *world) stages() []alerts.Stage {
	var stages []alerts.Stage
	for _, a := range w.rows {
		stages = append(stages, a.Stage)
	}
	return stages
}
