package alerts_test

import (
	"errors"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/driftd/driftd/alerts"
	"github.com/driftd/driftd/evaluate"
)

// asked runs ticks of a quarter of an hour; orders are given before the tick of
// their number.
func (w *world) asked(p alerts.Policy, v evaluate.Verdict, ticks int, orders map[int]alerts.Order) {
	w.t.Helper()
	for k := range ticks {
		at := tick.Add(time.Duration(k) * 15 * time.Minute)
		if o, ok := orders[k]; ok {
			o.At = at.Add(-time.Minute)
			if o.Proposal == "newest" {
				o.Proposal = w.rows[len(w.rows)-1].ID
			}
			w.orders = append(w.orders, o)
		}
		verdicts := []evaluate.Verdict{v}
		if w.slot != "2" {
			verdicts = replaced(at)
		}
		if _, err := w.run(p, at, w.serving(), verdicts...); err != nil {
			w.t.Fatal(err)
		}
	}
}

func TestADemotionWaitsForAPerson(t *testing.T) {
	agree := func(by string) alerts.Order {
		return alerts.Order{ID: "order/" + by, Model: "churn", Kind: alerts.OrderApprove, Proposal: "newest", By: by}
	}
	for _, test := range []struct {
		name   string
		orders map[int]alerts.Order
		ticks  int
		hold   bool
		want   []alerts.Stage
		moves  int
	}{
		{"nobody says anything", nil, 3, false, []alerts.Stage{alerts.Proposed}, 0},
		{"alice agrees", map[int]alerts.Order{2: agree("alice")}, 4, false,
			[]alerts.Stage{alerts.Proposed, alerts.Intent, alerts.Done, alerts.Agreed}, 1},
		{"mallory may not", map[int]alerts.Order{2: agree("mallory")}, 4, false, []alerts.Stage{alerts.Proposed, alerts.Refused}, 0},
		{"too late, and proposed anew", map[int]alerts.Order{5: agree("alice")}, 5, false, []alerts.Stage{alerts.Proposed, alerts.Expired, alerts.Proposed}, 0},
		{"agreed, and held meanwhile", map[int]alerts.Order{2: agree("alice")}, 3, true, []alerts.Stage{alerts.Proposed, alerts.Refused}, 0},
	} {
		t.Run(test.name, func(t *testing.T) {
			w := newWorld(t)
			p, v, _ := worse()
			p.Mode, p.Approval, p.Approvers = alerts.Approve, time.Hour, []string{"alice"}
			if test.hold {
				w.asked(p, v, 1, nil)
				w.held[""] = "audit"
			}
			w.asked(p, v, test.ticks, test.orders)
			if diff := cmp.Diff(test.want, w.stages()); diff != "" {
				t.Errorf("audit rows: %s", diff)
			}
			if len(w.moves) != test.moves {
				t.Errorf("moves %v, want %d", w.moves, test.moves)
			}
			if at := slices.IndexFunc(w.rows, func(a alerts.Action) bool { return a.Stage == alerts.Done }); at >= 0 && w.rows[at].By != "alice" {
				t.Errorf("done by %q, want alice", w.rows[at].By)
			}
		})
	}
}

// A person agrees in the last minute, another one orders a rollback, and the tick
// that answers is killed at every call: it moves the slot once, as the first asked.
func TestKilledWhileItAnswersPeople(t *testing.T) {
	p, v, _ := worse()
	p.Mode, p.Approval = alerts.Approve, time.Hour
	answer := tick.Add(time.Hour) // the proposal expires
	world := func(t *testing.T) (*world, alerts.Serving) {
		w := newWorld(t)
		if _, err := w.run(p, tick, w.serving(), v); err != nil {
			t.Fatal(err)
		}
		w.orders = []alerts.Order{
			{ID: "rollback/bob", Model: "churn", Kind: alerts.OrderRollback, To: "0", By: "bob", At: answer.Add(-2 * time.Minute)},
			{ID: "approve/alice", Model: "churn", Kind: alerts.OrderApprove, Proposal: w.rows[0].ID, By: "alice", At: answer.Add(-time.Minute)},
		}
		w.calls = 0
		return w, w.serving()
	}
	undisturbed, seen := world(t)
	if _, err := undisturbed.run(p, answer, seen, v); err != nil {
		t.Fatal(err)
	}
	for k := 1; k <= undisturbed.calls; k++ {
		for _, late := range []bool{false, true} {
			w, seen := world(t)
			w.killAt, w.late = k, late
			if _, err := w.run(p, answer, seen, v); !errors.Is(err, errKilled) {
				t.Fatalf("call %d: %v, want the kill", k, err)
			}
			w.restart()
			if _, err := w.run(p, answer, seen, v); err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff([]string{"2 to 1"}, w.moves); diff != "" {
				t.Errorf("call %d, effect %t: moves: %s", k, late, diff)
			}
			if diff := cmp.Diff([]alerts.Stage{alerts.Proposed, alerts.Intent, alerts.Done}, w.stages()); diff != "" {
				t.Errorf("call %d, effect %t: audit rows: %s", k, late, diff)
			}
		}
	}
}

// What was ordered while driftd was down waits for the tick that may carry it out.
func TestWhoCatchesUpLeavesOrdersToTheNewestTick(t *testing.T) {
	w := newWorld(t)
	p, v, _ := worse()
	v.Status, v.Evidence = evaluate.Healthy, nil
	w.orders = []alerts.Order{{ID: "order/1", Model: "churn", Kind: alerts.OrderRollback, By: "alice", Why: "complaints", At: tick.Add(-time.Minute)}}
	past := w.past(tick, w.serving(), nil)
	past.Latest = false
	if err := w.applier().Apply(t.Context(), alerts.Decide(p, []evaluate.Verdict{v}, past, tick), past); err != nil || len(w.rows) != 0 {
		t.Errorf("%v, rows %+v, want the order to wait", err, w.rows)
	}
	if _, err := w.run(p, tick.Add(time.Hour), w.serving(), v); err != nil || len(w.moves) != 1 {
		t.Errorf("%v, moves %v, want one", err, w.moves)
	}
}

func TestAPersonRollsBackWithoutEvidence(t *testing.T) {
	healthy := evaluate.Verdict{Ref: ref("2"), Tick: tick, Status: evaluate.Healthy, Serving: true}
	for _, test := range []struct {
		name   string
		change func(*world, *alerts.Policy, *alerts.Order)
		moves  []string
		detail string
	}{
		{"to who served before", func(*world, *alerts.Policy, *alerts.Order) {}, []string{"2 to 1"}, readBackAs1},
		{"though observing, and too young", func(w *world, p *alerts.Policy, _ *alerts.Order) { p.Mode, w.since = alerts.Observe, tick }, []string{"2 to 1"}, readBackAs1},
		{"to a version by name", func(_ *world, _ *alerts.Policy, o *alerts.Order) { o.To = "0" }, []string{"2 to 0"}, "read back as 0 at once, 0 after 5 s, 0 after 30 s"},
		{"not of a held model", func(w *world, _ *alerts.Policy, _ *alerts.Order) { w.held[""] = "audit" }, nil, alerts.BlockedHold.Sentence()},
		{"not while frozen", func(_ *world, p *alerts.Policy, _ *alerts.Order) { p.Frozen = true }, nil, alerts.BlockedFrozen.Sentence()},
		{"not to itself", func(_ *world, _ *alerts.Policy, o *alerts.Order) { o.To = "2" }, nil, alerts.BlockedServes.Sentence()},
		{"not to nobody", func(w *world, _ *alerts.Policy, _ *alerts.Order) { w.previous = nil }, nil, alerts.BlockedFallback.Sentence()},
	} {
		t.Run(test.name, func(t *testing.T) {
			w := newWorld(t)
			p, _, _ := worse()
			o := alerts.Order{ID: "order/1", Model: "churn", Kind: alerts.OrderRollback, By: "alice", Why: "complaints"}
			test.change(w, &p, &o)
			w.asked(p, healthy, 3, map[int]alerts.Order{0: o})
			if diff := cmp.Diff(test.moves, w.moves); diff != "" {
				t.Errorf("moves: %s", diff)
			}
			at := slices.IndexFunc(w.rows, func(a alerts.Action) bool { return a.Stage != alerts.Intent })
			if at < 0 || w.rows[at].ID != o.ID || w.rows[at].By != "alice" || w.rows[at].Detail != test.detail {
				t.Errorf("rows %+v, want an outcome by alice with %q", w.rows, test.detail)
			}
		})
	}
}
