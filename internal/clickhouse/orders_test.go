package clickhouse

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/driftd/driftd/alerts"
)

func TestOrdersAsOfTheTick(t *testing.T) {
	s := migrated(t)
	order := func(id, name string, kind alerts.OrderKind, at time.Time) alerts.Order {
		o := alerts.Order{ID: id, Model: name, Kind: kind, Proposal: "p", To: "1", By: "alice", Why: "it's \\ bad", At: at}
		for range 2 { // an insert that is repeated
			if err := s.SaveOrder(t.Context(), o); err != nil {
				t.Fatal(err)
			}
		}
		return o
	}
	first := order("a", "flights", alerts.OrderApprove, at(1, 0))
	second := order("b", "flights", alerts.OrderRollback, at(1, time.Hour))
	order("c", "churn", alerts.OrderRollback, at(1, 0))
	order("f", "", alerts.OrderFreeze, at(2, 0))
	order("u", "", alerts.OrderUnfreeze, at(3, 0))
	release := alerts.Order{ID: "r", Model: "flights", Kind: alerts.OrderRelease, To: "1", By: "alice", Why: "mended", At: at(1, 30*time.Minute)}
	if err := s.SaveOrder(t.Context(), release); err != nil {
		t.Fatal(err)
	}
	for tick, want := range map[time.Time]map[string]time.Time{at(1, 0): nil, at(30, 0): {"1": release.At}} { // none is forgotten
		if got := loadPast(t, s, tick).Alerts.Released; !cmp.Equal(got, want) {
			t.Errorf("released at %s: %v, want %v", tick, got, want)
		}
	}
	about, err := s.AllOrders(t.Context(), "flights", at(30, 0))
	var ids []string
	for _, o := range about {
		ids = append(ids, o.ID)
	}
	if diff := cmp.Diff([]string{"a", "r", "b", "f", "u"}, ids); diff != "" || err != nil {
		t.Errorf("orders about flights (%v): %s", err, diff)
	}
	for _, c := range []struct {
		tick   time.Time
		want   []alerts.Order
		frozen bool
	}{
		{at(0, 0), nil, false}, {at(1, 0), []alerts.Order{first}, false}, {at(1, time.Hour), []alerts.Order{first, release, second}, false},
		{at(2, 0), []alerts.Order{release, second}, true}, {at(2, 23*time.Hour), nil, true}, {at(3, 0), nil, false},
	} {
		past := loadPast(t, s, c.tick).Alerts
		if diff := cmp.Diff(c.want, past.Orders); diff != "" || past.Frozen != c.frozen {
			t.Errorf("at %s: frozen %t, %s", c.tick, past.Frozen, diff)
		}
	}
}
