package app

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/driftd/driftd/alerts"
	"github.com/driftd/driftd/alerts/slack"
	"github.com/driftd/driftd/internal/clickhouse"
	"github.com/driftd/driftd/internal/config"
	"github.com/driftd/driftd/internal/schedule"
	"github.com/driftd/driftd/registry"
)

// pressedFor is how long a hold or a silence lasts that is asked for by a button.
const pressedFor = 24 * time.Hour

// desk writes down what people ask for by buttons: orders, which the leader's next
// tick carries out, refuses or notes.
type desk struct {
	store    *clickhouse.Store
	registry registry.Registry
	models   []config.Model
	clock    schedule.Clock
}

// Ask implements [slack.Desk].
func (d desk) Ask(ctx context.Context, c slack.Click) (string, error) {
	m, i, err := d.find(ctx, c)
	if err != nil {
		return "", err
	}
	now := d.clock.Now().Truncate(time.Millisecond)
	if now.Before(c.At) || now.Sub(c.At) > pressedFor { // clocks differ, or time is stepped
		c.At = now
	}
	orders, err := d.store.Orders(ctx, m.Policy.Model, now)
	if err != nil {
		return "", err
	}
	o := alerts.Order{ID: c.ID, Model: m.Policy.Model, Kind: alerts.OrderKind(c.Verb), By: c.By, Why: "by a button in Slack", At: c.At, Incident: i.ID}
	if at := slices.IndexFunc(orders, func(o alerts.Order) bool { return o.ID == c.ID }); at >= 0 {
		return taken(orders[at], i), nil // delivered again
	}
	if i.State != alerts.Open {
		return "", slack.Refusal(fmt.Sprintf("the incident was closed at %s: there is nothing left to do.", i.Closed.Format(time.RFC3339)))
	}
	switch o.Kind {
	case alerts.OrderApprove:
		err = d.approve(ctx, m, i, c, orders, &o)
	case alerts.OrderHold:
		o.To, o.Until = i.Ref.Version, c.At.Add(pressedFor)
		err = d.hold(ctx, m, i, o)
	case alerts.OrderSilence:
		o.Class, o.Until = i.Class, c.At.Add(pressedFor)
		if s := i.Silence; s != nil && !s.Until.Before(o.Until) {
			err = slack.Refusal(fmt.Sprintf("%s is %s already.", i.Ref.Name, s.Sentence()))
		}
	case alerts.OrderAcknowledge:
		if r, given := i.Response(alerts.OrderAcknowledge); i.Acknowledged() && given {
			err = slack.Refusal(fmt.Sprintf("it was %s already.", r.Sentence()))
		}
		o.Why = "" // it stands beside the name, below the button
	default:
		err = slack.Refusal(fmt.Sprintf("this driftd has no button %q: the message is of another version of it.", c.Verb))
	}
	if err != nil {
		return "", err
	}
	return taken(o, i), d.store.SaveOrder(ctx, o)
}

// taken says what follows.
func taken(o alerts.Order, i alerts.Incident) string {
	follows := map[alerts.OrderKind]string{
		alerts.OrderApprove:     "driftd moves the slot within seconds if every guard agrees, and says here what came of it.",
		alerts.OrderHold:        fmt.Sprintf("nothing is moved from or to %s until %s; driftd release %s %s ends it.", i.Ref, o.Until.Format(time.RFC3339), o.Model, o.To),
		alerts.OrderSilence:     fmt.Sprintf("nothing but actions is told until %s; driftd unsilence %s ends it.", o.Until.Format(time.RFC3339), o.Model),
		alerts.OrderAcknowledge: "it is not repeated.",
	}[o.Kind]
	return fmt.Sprintf("Taken, %s: %s", o.By, follows)
}

// find returns the incident and its model.
func (d desk) find(ctx context.Context, c slack.Click) (config.Model, alerts.Incident, error) {
	for _, m := range d.models {
		if !strings.HasPrefix(c.Incident, m.Policy.Model+"|") {
			continue
		}
		i, found, err := d.store.Incident(ctx, c.Incident)
		if err != nil || found {
			return m, i, err
		}
	}
	return config.Model{}, alerts.Incident{}, slack.Refusal(fmt.Sprintf("this driftd knows no incident %q: its model is not configured here, or it has another database.", c.Incident))
}

// approve agrees to what the person saw, and to nothing else.
func (d desk) approve(ctx context.Context, m config.Model, i alerts.Incident, c slack.Click, orders []alerts.Order, o *alerts.Order) error {
	for _, earlier := range orders {
		if earlier.Kind == alerts.OrderApprove && earlier.Proposal == c.Proposal {
			return slack.Refusal(fmt.Sprintf("%s agreed at %s already.", earlier.By, earlier.At.Format(time.RFC3339)))
		}
	}
	actions, err := d.store.Actions(ctx, m.Policy.Model, d.clock.Now().Add(time.Minute))
	if err != nil {
		return err
	}
	a, err := waiting(actions, m.Alerts, c.Proposal, c.By, c.At)
	switch {
	case err != nil:
		return slack.Refusal(err.Error() + ".")
	case c.Generation != i.Generation || a.ID != c.Proposal:
		return slack.Refusal("things have changed since this message was drawn: look at it again, and press again if it still is what you want.")
	}
	o.Proposal = a.ID
	return nil
}

// hold writes the tag that keeps the version, unless it is kept for longer or
// does not serve any more.
func (d desk) hold(ctx context.Context, m config.Model, i alerts.Incident, o alerts.Order) error {
	holder, err := d.registry.Serving(ctx, m.Policy.Model, m.Slot)
	switch {
	case err != nil:
		return err
	case holder != i.Ref:
		return slack.Refusal(fmt.Sprintf("%s holds %s now: driftd hold %s keeps it there.", holder, m.Slot, m.Policy.Model))
	}
	versions, err := d.registry.Versions(ctx, m.Policy.Model)
	if err != nil {
		return err
	}
	for _, v := range versions {
		if v.Ref != i.Ref {
			continue
		}
		h, held, _ := registry.ParseHold(v.Tags[registry.HoldTag]) // one that cannot be read is a hold
		if held && (h.Until.IsZero() || h.Until.After(o.Until)) {
			return slack.Refusal(fmt.Sprintf("%s is held already, for longer: %s.", i.Ref, h.Reason))
		}
	}
	return hold(ctx, d.registry, i.Ref, o.By+" by a button in Slack", o.Until)
}
