package clickhouse

import (
	"context"
	"slices"
	"time"

	"github.com/ClickHouse/clickhouse-go/v2/lib/driver"

	"github.com/driftd/driftd/alerts"
)

// silences are those that orders about a model ask for and that are not over at the
// tick, oldest first.
func silences(orders []alerts.Order, tick time.Time) []alerts.Silence {
	var all []alerts.Silence
	for _, o := range orders {
		switch o.Kind {
		case alerts.OrderSilence:
			all = append(all, alerts.Silence{Model: o.Model, Class: o.Class, Until: o.Until, By: o.By, Why: o.Why})
		case alerts.OrderUnsilence:
			all = slices.DeleteFunc(all, func(s alerts.Silence) bool { return o.Class == "" || o.Class == s.Class })
		}
	}
	return slices.DeleteFunc(all, func(s alerts.Silence) bool { return !tick.Before(s.Until) })
}

// RecentOrders returns the ids of what people asked for in (from, to], by model.
func (s *Store) RecentOrders(ctx context.Context, from, to time.Time) (map[string][]string, error) {
	all := map[string][]string{}
	err := s.read(ctx, call{file: "recent_orders", subject: "read recent orders", args: args{"from": from, "to": to}}, func(rows driver.Rows) error {
		var name, id string
		err := rows.Scan(&name, &id)
		all[name] = append(all[name], id)
		return err
	})
	return all, err
}

// unseen are the newest order that no finished tick can have seen and the newest tick.
type unseen struct{ at, started time.Time }

// UnseenOrder returns when the newest order about the model was given that no
// finished tick can have seen, and which tick was started last. Without an order of
// the last day both are the zero time.
func (s *Store) UnseenOrder(ctx context.Context, name string, now time.Time) (at, started time.Time, err error) {
	now = now.Add(time.Second - 1).Truncate(time.Second) // that of others who ask by then
	lastDay := args{"from": now.Add(-orderAge), "to": now}
	about := call{file: "asked_for", subject: "look for orders about " + name, args: lastDay}
	given, err := s.reads.given.about(ctx, s, name, about, func(rows driver.Rows) (model string, _ struct{}, err error) {
		err = rows.Scan(&model)
		return model, struct{}{}, err
	})
	if err != nil || len(given) == 0 {
		return time.Time{}, time.Time{}, err
	}
	about = call{file: "unseen_order", subject: "look for unseen orders about " + name, args: lastDay}
	all, err := s.reads.unseen.about(ctx, s, name, about, func(rows driver.Rows) (model string, u unseen, err error) {
		err = rows.Scan(&model, &u.at, &u.started)
		return model, u, err
	})
	if len(all) == 0 {
		return time.Time{}, time.Time{}, err
	}
	return known(all[0].at), known(all[0].started), err
}
