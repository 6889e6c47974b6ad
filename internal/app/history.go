package app

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/driftd/driftd/alerts"
	"github.com/driftd/driftd/internal/clickhouse"
)

// Happening is one line of a model's history.
type Happening struct {
	At      time.Time `json:"at"`   // tick; of an order when it was given
	What    string    `json:"what"` // slot, order, incident or action
	Version string    `json:"version"`
	ID      string    `json:"id,omitempty"`    // of the incident, action or order
	Class   string    `json:"class,omitempty"` // of the incident
	State   string    `json:"state"`           // first_seen, changed_by_others, demotion; opened, changed, resolved; an action's stage; an order's kind
	Text    string    `json:"text"`
}

// History returns what is stored of a model's slot, orders of people, incidents
// and actions as one list, oldest first.
func History(ctx context.Context, store *clickhouse.Store, name, slot string) ([]Happening, error) {
	end := time.UnixMilli(1 << 42)
	tenures, err := store.Slots(ctx, name, end)
	if err != nil {
		return nil, err
	}
	stages, err := store.ActionStages(ctx, name, end)
	if err != nil {
		return nil, err
	}
	all := []Happening{}
	for _, t := range tenures {
		all = append(all, Happening{At: t.From, What: "slot", Version: t.Version, State: t.Reason, Text: fmt.Sprintf("%s holds %s (%s)", t.Version, slot, strings.ReplaceAll(t.Reason, "_", " "))})
	}
	sentences := map[string]bool{}
	orders, err := store.AllOrders(ctx, name, end)
	if err != nil {
		return nil, err
	}
	for _, o := range orders {
		all = append(all, Happening{At: o.At, What: "order", Version: o.To, ID: o.ID, State: string(o.Kind), Text: o.Sentence()})
	}
	for _, a := range stages {
		sentences[a.Sentence()] = true
		all = append(all, Happening{At: a.At, What: "action", Version: a.From, ID: a.ID, State: string(a.Stage), Text: a.Sentence()})
	}
	err = store.IncidentHistory(ctx, name, func(_, i alerts.Incident) {
		for k, e := range i.Timeline {
			if sentences[e.Text] {
				continue // the action says it
			}
			h := Happening{At: e.At, What: "incident", Version: i.Ref.Version, ID: i.ID, Class: string(i.Class), State: "changed", Text: e.Text}
			if k == 0 {
				h.State = "opened"
			} else if k == len(i.Timeline)-1 && i.State == alerts.Resolved {
				h.State = "resolved"
			}
			all = append(all, h)
		}
	})
	slices.SortStableFunc(all, func(a, b Happening) int {
		return cmp.Or(a.At.Compare(b.At), -cmp.Compare(a.What, b.What)) // slot, order, incident, action
	})
	return all, err
}
