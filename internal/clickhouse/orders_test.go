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
	for _, c := range []struct {
		tick   time.Time
		want   []alerts.Order
		frozen bool
	}{
		{at(0, 0), nil, false}, {at(1, 0), []alerts.Order{first}, false}, {at(1, time.Hour), []alerts.Order{first, second}, false},
		{at(2, 0), []alerts.Order{second}, true}, {at(2, 23*time.Hour), nil, true}, {at(3, 0), nil, false},
	} {
		past := loadPast(t, s, c.tick).Alerts
		if diff := cmp.Diff(c.want, past.Orders); diff != "" || past.Frozen != c.frozen {
			t.Errorf("at %s: frozen %t, %s", c.tick, past.Frozen, diff)
		}
	}
}
