package clickhouse

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/driftd/driftd/alerts"
)

func TestSilencesAsOfTheTick(t *testing.T) {
	s := migrated(t)
	silence := func(id string, kind alerts.OrderKind, class alerts.Class, at, until time.Time) {
		t.Helper()
		o := alerts.Order{ID: id, Model: "flights", Kind: kind, Class: class, By: "alice", Why: "campaign", At: at, Until: until}
		if err := s.SaveOrder(t.Context(), o); err != nil {
			t.Fatal(err)
		}
	}
	silence("1", alerts.OrderSilence, alerts.ClassDrift, at(1, 0), at(9, 0)) // longer than orders are kept for
	silence("2", alerts.OrderSilence, "", at(2, 0), at(3, 0))
	silence("3", alerts.OrderSilence, alerts.ClassData, at(4, 0), at(9, 0))
	silence("4", alerts.OrderUnsilence, alerts.ClassDrift, at(5, 0), time.Time{})
	silence("5", alerts.OrderUnsilence, "", at(6, 0), time.Time{})
	drift := alerts.Silence{Model: "flights", Class: alerts.ClassDrift, Until: at(9, 0), By: "alice", Why: "campaign"}
	all := alerts.Silence{Model: "flights", Until: at(3, 0), By: "alice", Why: "campaign"}
	data := alerts.Silence{Model: "flights", Class: alerts.ClassData, Until: at(9, 0), By: "alice", Why: "campaign"}
	for _, c := range []struct {
		tick time.Time
		want []alerts.Silence
	}{
		{at(0, 0), nil}, {at(1, 0), []alerts.Silence{drift}}, {at(2, 0), []alerts.Silence{drift, all}},
		{at(3, 0), []alerts.Silence{drift}}, {at(4, 0), []alerts.Silence{drift, data}}, {at(5, 0), []alerts.Silence{data}}, {at(6, 0), nil},
	} {
		if got := loadPast(t, s, c.tick).Alerts.Silences; len(got)+len(c.want) > 0 && !cmp.Equal(c.want, got) {
			t.Errorf("at %s: %s", c.tick, cmp.Diff(c.want, got))
		}
	}
}

// An order is cause for a tick until one is done that was started after it was
// recorded, whenever it says that it was given.
func TestAnOrderIsUnseenUntilATickLooked(t *testing.T) {
	s := migrated(t)
	now := at(2, 0)
	give := func(id string, given time.Time) {
		t.Helper()
		o := alerts.Order{ID: id, Model: "flights", Kind: alerts.OrderAcknowledge, By: "alice", At: given, Incident: "i", Until: at(3, 0)}
		if err := s.SaveOrder(t.Context(), o); err != nil {
			t.Fatal(err)
		}
	}
	start := func(tick time.Time) {
		t.Helper()
		time.Sleep(5 * time.Millisecond) // what is recorded within the same millisecond counts as unseen
		if _, err := s.StartTick(t.Context(), "flights", "alias champion", tick, alerts.Serving{Known: true}); err != nil {
			t.Fatal(err)
		}
		time.Sleep(5 * time.Millisecond)
	}
	finish := func(tick time.Time) {
		t.Helper()
		if err := s.FinishTick(t.Context(), "flights", tick); err != nil {
			t.Fatal(err)
		}
	}
	expect := func(what string, want, started time.Time) {
		t.Helper()
		got, begun, err := s.UnseenOrder(t.Context(), "flights", now)
		if err != nil || !got.Equal(want) || !begun.Equal(started) {
			t.Errorf("%s: unseen since %s, last started %s (%v); want %s, %s", what, got, begun, err, want, started)
		}
	}
	var none time.Time
	expect("nothing was asked for", none, none)
	give("a", at(1, time.Minute))
	give("future", at(2, time.Hour))
	give("forgotten", at(0, 0))
	expect("before the first tick", at(1, time.Minute), none)
	start(at(1, time.Hour))
	give("late", at(1, 30*time.Minute)) // given before the tick, recorded after it looked
	expect("while the tick works", at(1, 30*time.Minute), at(1, time.Hour))
	finish(at(1, time.Hour))
	expect("the tick cannot have seen the late one", at(1, 30*time.Minute), at(1, time.Hour))
	start(at(1, 2*time.Hour))
	expect("started and not done", at(1, 30*time.Minute), at(1, 2*time.Hour))
	finish(at(1, 2*time.Hour))
	expect("done", none, at(1, 2*time.Hour))

	recent, err := s.RecentOrders(t.Context(), now.Add(-orderAge), now)
	if err != nil || len(recent["flights"]) != 2 {
		t.Errorf("recent orders %v (%v), want a and late", recent, err)
	}
	orders, err := s.Orders(t.Context(), "flights", now)
	if err != nil || len(orders) != 2 || orders[0].Incident != "i" || !orders[0].Until.Equal(at(3, 0)) {
		t.Errorf("orders %+v (%v)", orders, err)
	}
}
