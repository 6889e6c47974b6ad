package app

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/driftd/driftd/alerts"
	"github.com/driftd/driftd/internal/clickhouse"
	"github.com/driftd/driftd/internal/config"
	"github.com/driftd/driftd/internal/model"
	"github.com/driftd/driftd/internal/schedule"
	"github.com/driftd/driftd/registry"
)

// Freeze records that nothing is to be moved any more, or that it may be again.
// Every tick that begins later keeps to it.
func Freeze(ctx context.Context, s *clickhouse.Store, on bool, by, why string, at time.Time) error {
	kind := alerts.OrderUnfreeze
	if on {
		kind = alerts.OrderFreeze
	}
	_, err := order(ctx, s, alerts.Order{Kind: kind, By: by, Why: why, At: at})
	return err
}

// FreezeSentence says what comes of freezing, or of ending that.
func FreezeSentence(on bool) string {
	if on {
		return "every tick that begins from now on moves nothing"
	}
	return "slots may be moved again from the next tick on"
}

// Rollback asks for the slot to be given to the version, "" for the one that a
// demotion would choose, and returns the order's id.
func Rollback(ctx context.Context, s *clickhouse.Store, m config.Model, to, by, why string, at time.Time) (id string, err error) {
	return order(ctx, s, alerts.Order{Model: m.Policy.Model, Kind: alerts.OrderRollback, To: to, By: by, Why: why, At: at})
}

// Approve agrees to what was proposed, "" for the newest proposal, and returns
// the order's id. One that nobody can agree to any more is an error.
func Approve(ctx context.Context, s *clickhouse.Store, m config.Model, proposal, by string, at time.Time) (id string, err error) {
	actions, err := s.Actions(ctx, m.Policy.Model, at)
	if err != nil {
		return "", err
	}
	a, err := waiting(actions, m.Alerts, proposal, by, at)
	if err != nil {
		return "", fmt.Errorf("approve %s: %w", m.Policy.Model, err)
	}
	return order(ctx, s, alerts.Order{Model: m.Policy.Model, Kind: alerts.OrderApprove, Proposal: a.ID, By: by, At: at})
}

// waiting returns what was proposed, "" for the newest proposal, if the person may
// still agree to it; else an error that says why not.
func waiting(actions []alerts.Action, p alerts.Policy, proposal, by string, at time.Time) (alerts.Action, error) {
	k := len(actions) - 1
	for ; k >= 0; k-- {
		if a := actions[k]; a.ID == proposal || proposal == "" && a.Stage == alerts.Proposed {
			break
		}
	}
	switch {
	case k < 0 && proposal != "":
		return alerts.Action{}, fmt.Errorf("there is no action %q: driftd history lists them", proposal)
	case k < 0:
		return alerts.Action{}, errors.New("nothing waits for a person: see driftd status")
	}
	a, expires := actions[k], actions[k].Tick.Add(p.Approval)
	switch {
	case a.Stage != alerts.Proposed:
		return a, fmt.Errorf("%s: %s", a.ID, a.Sentence())
	case !at.Before(expires):
		return a, fmt.Errorf("%s expired at %s: wait for the next proposal", a.ID, expires.Format(time.RFC3339))
	case len(p.Approvers) > 0 && !slices.Contains(p.Approvers, by):
		return a, fmt.Errorf("%q is not among act.approvers: %s", by, strings.Join(p.Approvers, ", "))
	}
	return a, nil
}

// Classes are those that can be silenced.
func Classes() []string {
	return []string{string(alerts.ClassPerformance), string(alerts.ClassDrift), string(alerts.ClassData), string(alerts.ClassPipeline)}
}

// Silence keeps what is not an action from being told about the model's class, ""
// for all, until the time; or lets it be told again, when that is zero.
func Silence(ctx context.Context, s *clickhouse.Store, m config.Model, class string, until time.Time, by, why string, at time.Time) error {
	kind := alerts.OrderSilence
	if until.IsZero() {
		kind = alerts.OrderUnsilence
	}
	_, err := order(ctx, s, alerts.Order{Model: m.Policy.Model, Kind: kind, Class: alerts.Class(class), Until: until, By: by, Why: why, At: at})
	return err
}

// Acknowledge says that a person looks after the model's open incidents of the
// class, "" for all, and returns those that nobody looked after before. That there
// are none is an error.
func Acknowledge(ctx context.Context, s *clickhouse.Store, m config.Model, class, by, why string, at time.Time) ([]alerts.Incident, error) {
	name := m.Policy.Model
	incidents, err := s.Incidents(ctx, name, at)
	if err != nil {
		return nil, err
	}
	var taken []string
	var fresh []alerts.Incident
	for _, i := range incidents {
		switch r, _ := i.Response(alerts.OrderAcknowledge); {
		case i.State != alerts.Open || class != "" && i.Class != alerts.Class(class):
		case i.Acknowledged():
			taken = append(taken, fmt.Sprintf("%s of %s is %s already", i.Class, i.Ref, r.Sentence()))
		default:
			fresh = append(fresh, i)
		}
	}
	switch {
	case len(fresh) == 0 && len(taken) > 0:
		return nil, fmt.Errorf("acknowledge %s: %s", name, strings.Join(taken, "; "))
	case len(fresh) == 0:
		return nil, fmt.Errorf("acknowledge %s: no such incident is open: see driftd history %s", name, name)
	}
	for _, i := range fresh {
		if _, err := order(ctx, s, alerts.Order{Model: name, Kind: alerts.OrderAcknowledge, Incident: i.ID, By: by, Why: why, At: at}); err != nil {
			return nil, err
		}
	}
	return fresh, nil
}

// Release lets driftd move the version again, to the slot and from it, if the last
// demotion that took it away has not been released before, and returns when that
// was; the zero time when there is nothing to release.
func Release(ctx context.Context, s *clickhouse.Store, ref model.Ref, by, why string, at time.Time) (demoted time.Time, err error) {
	actions, err := s.Actions(ctx, ref.Name, at)
	if err != nil {
		return time.Time{}, err
	}
	released, err := s.Released(ctx, ref.Name, at)
	if err != nil {
		return time.Time{}, err
	}
	for _, a := range actions {
		if a.From == ref.Version && a.Moved() && !a.Tick.Before(released[ref.Version]) {
			demoted = a.Tick
		}
	}
	if demoted.IsZero() {
		return demoted, nil
	}
	_, err = order(ctx, s, alerts.Order{Model: ref.Name, Kind: alerts.OrderRelease, To: ref.Version, By: by, Why: why, At: at})
	return demoted, err
}

func order(ctx context.Context, s *clickhouse.Store, o alerts.Order) (string, error) {
	o.ID = fmt.Sprintf("%s/%s/%s/%s", o.Kind, o.Model, o.By, o.At.UTC().Format(time.RFC3339Nano))
	if o.Incident != "" { // one of several at once
		o.ID += "/" + o.Incident
	}
	return o.ID, s.SaveOrder(ctx, o)
}

// ErrNotDone says that an order was refused, or could not be carried out.
var ErrNotDone = errors.New("not done")

// Outcome waits until a tick has answered the order and says what was done. Its
// error wraps ErrNotDone when that is nothing.
func Outcome(ctx context.Context, s *clickhouse.Store, m config.Model, id string, wait time.Duration) (string, error) {
	for end := time.Now().Add(wait); ; {
		actions, err := s.Actions(ctx, m.Policy.Model, time.Now().Add(time.Minute))
		if err != nil {
			return "", err
		}
		at := slices.IndexFunc(actions, func(a alerts.Action) bool { return a.ID == id && a.Stage != alerts.Intent })
		switch {
		case at >= 0 && actions[at].Moved():
			return actions[at].Sentence(), nil
		case at >= 0:
			return "", fmt.Errorf("%w: %s", ErrNotDone, actions[at].Sentence())
		case !time.Now().Before(end):
			return "", fmt.Errorf("no tick has answered it within %s: is `driftd run` running? It is carried out within a day; see driftd status", wait)
		}
		if err := (schedule.Wall{}).Sleep(ctx, time.Now().Add(time.Second)); err != nil {
			return "", err
		}
	}
}

// SkippedForRollback names what a rollback does not look at.
const SkippedForRollback = alerts.SkippedForOrders

// Hold writes the tag that keeps driftd from moving the slot from or to the
// version, "" for the one that serves, and returns it; an empty reason releases it.
func Hold(ctx context.Context, c config.Config, m config.Model, version, reason string, until time.Time) (model.Ref, error) {
	r, err := openRegistry(c.Registry, prometheus.NewRegistry())
	if err != nil {
		return model.Ref{}, err
	}
	ref := model.Ref{Name: m.Policy.Model, Version: version}
	if version == "" {
		if ref, err = r.Serving(ctx, m.Policy.Model, m.Slot); err != nil {
			return ref, err
		}
	}
	return ref, withChoices(ctx, r, ref.Name, hold(ctx, r, ref, reason, until))
}

// withChoices adds to the error about a version that is not there which ones are.
func withChoices(ctx context.Context, r registry.Registry, name string, err error) error {
	if !errors.Is(err, registry.ErrNotFound) {
		return err
	}
	all, unread := r.Versions(ctx, name)
	if unread != nil || len(all) == 0 {
		return err
	}
	names := make([]string, len(all))
	for i, v := range all {
		names[i] = v.Ref.Version
	}
	slices.SortFunc(names, model.CompareVersions)
	return fmt.Errorf("%w: there are %s", err, strings.Join(names, ", "))
}

func hold(ctx context.Context, r registry.Registry, ref model.Ref, reason string, until time.Time) error {
	value := "released"
	switch {
	case reason != "" && until.IsZero():
		value = reason
	case reason != "":
		value = "until " + until.UTC().Format(time.RFC3339) + " " + reason
	}
	if hold, held, err := registry.ParseHold(value); err != nil || held != (reason != "") || held && hold.Reason != reason {
		return fmt.Errorf("reason %q would be read as something else: word it otherwise", reason)
	}
	return r.Annotate(ctx, ref, map[string]string{registry.HoldTag: value})
}
