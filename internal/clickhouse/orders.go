package clickhouse

import (
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/ClickHouse/clickhouse-go/v2/lib/driver"

	"github.com/driftd/driftd/alerts"
)

// orderAge is how long an order may wait for a tick; older ones are forgotten.
const orderAge = 24 * time.Hour

// SaveOrder keeps what a person asks for, for the next tick to carry out.
func (s *Store) SaveOrder(ctx context.Context, o alerts.Order) error {
	return s.insertRows(ctx, call{file: "insert_order", subject: fmt.Sprintf("save order %s of %s", o.Kind, o.By)}, [][]any{{
		o.Model, o.ID, string(o.Kind), o.Proposal, o.To, o.By, o.Why, o.At, o.Incident, string(o.Class), epoch(o.Until),
	}})
}

// Orders returns what people asked for about the model within the day before the
// tick, oldest first.
func (s *Store) Orders(ctx context.Context, name string, tick time.Time) ([]alerts.Order, error) {
	all, err := s.orders(ctx, name, tick)
	return recent(all, tick), err
}

// recent are those of the orders that are not forgotten at the tick.
func recent(orders []alerts.Order, tick time.Time) []alerts.Order {
	var all []alerts.Order
	for _, o := range orders {
		if o.At.After(tick.Add(-orderAge)) {
			all = append(all, o)
		}
	}
	return all
}

// orders returns what people ever asked for about the model, or about all models when
// name is "", until the tick, oldest first.
func (s *Store) orders(ctx context.Context, name string, tick time.Time) ([]alerts.Order, error) {
	about := call{file: "orders", subject: "read orders about " + name, args: args{"tick": tick}}
	return s.reads.orders.about(ctx, s, name, about, func(rows driver.Rows) (string, alerts.Order, error) {
		var o alerts.Order
		var kind, class string
		err := rows.Scan(&o.Model, &o.ID, &kind, &o.Proposal, &o.To, &o.By, &o.Why, &o.At, &o.Incident, &class, &o.Until)
		o.Kind, o.Class, o.At, o.Until = alerts.OrderKind(kind), alerts.Class(class), o.At.UTC(), known(o.Until)
		return o.Model, o, err
	})
}

// AllOrders returns what people asked for about the model, and about all models,
// until the tick, oldest first.
func (s *Store) AllOrders(ctx context.Context, name string, tick time.Time) ([]alerts.Order, error) {
	all, err := s.orders(ctx, "", tick)
	if err != nil {
		return nil, err
	}
	about, err := s.orders(ctx, name, tick)
	all = slices.Concat(all, about)
	slices.SortStableFunc(all, func(a, b alerts.Order) int { return a.At.Compare(b.At) })
	return all, err
}

// Released returns when people last released each of the model's versions until the
// tick; nil when they released none.
func (s *Store) Released(ctx context.Context, name string, tick time.Time) (map[string]time.Time, error) {
	all, err := s.orders(ctx, name, tick)
	return released(all), err
}

func released(orders []alerts.Order) map[string]time.Time {
	var last map[string]time.Time
	for _, o := range orders {
		if o.Kind == alerts.OrderRelease {
			if last == nil {
				last = map[string]time.Time{}
			}
			last[o.To] = o.At
		}
	}
	return last
}

// Freeze returns the order that froze all models at the tick; false when none
// did, or another one ended it.
func (s *Store) Freeze(ctx context.Context, tick time.Time) (alerts.Order, bool, error) {
	all, err := s.orders(ctx, "", tick)
	if n := len(all); n > 0 && all[n-1].Kind == alerts.OrderFreeze {
		return all[n-1], true, err
	}
	return alerts.Order{}, false, err
}
