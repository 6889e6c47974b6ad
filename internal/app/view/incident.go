package view

import (
	"context"
	"fmt"
	"slices"

	"github.com/driftd/driftd/alerts"
	"github.com/driftd/driftd/dashboards/web"
	"github.com/driftd/driftd/evaluate"
)

var reaches = map[alerts.Reach]string{alerts.InThread: "thread", alerts.InChannel: "channel", alerts.ToOwner: "owner"}

// Incident implements [web.Source].
func (v Viewer) Incident(ctx context.Context, id string) (web.Incident, error) {
	var out web.Incident
	store, err := v.Store()
	if err != nil {
		return out, err
	}
	i, found, err := store.Incident(ctx, id)
	if err != nil {
		return out, err
	}
	if !found {
		return out, web.NotFound{What: "incident “" + id + "”"}
	}
	out = web.Incident{
		IncidentRef: incidentRef(i), Slot: i.Slot, Mode: i.Mode.String(), Owner: i.Owner, Updated: i.Updated, Reference: i.Reference,
		Facts: []web.Fact{}, Detectors: detectors(i.Evidence, i.Results), Moved: []web.Series{}, Timeline: []web.Entry{}, Advice: advise(i),
		Chart: courseOf(i),
	}
	out.Span.From, out.Span.To = i.Window()
	for _, f := range i.Facts {
		out.Facts = append(out.Facts, web.Fact(f))
	}
	for _, e := range i.Evidence {
		if e.Kind == evaluate.Drift {
			out.Moved = append(out.Moved, seriesOf(e))
		}
	}
	for _, e := range i.Timeline {
		out.Timeline = append(out.Timeline, web.Entry{At: e.At, Text: e.Text, Reach: reaches[e.Reach], Table: e.Table})
	}
	out.Actions, err = actions(ctx, store, i.Ref.Name, func(a alerts.Action) bool {
		return i.Action != nil && a.ID == i.Action.ID || i.Class == alerts.ClassPerformance && a.From == i.Ref.Version &&
			!a.Tick.Before(i.Opened) && (i.Closed.IsZero() || !a.Tick.After(i.Closed))
	})
	if err != nil {
		return out, err
	}
	slices.Reverse(out.Actions)
	out.Related, err = incidents(ctx, store, i.Ref.Name, func(other alerts.Incident) bool { return other.ID != i.ID })
	return out, err
}

// courseOf shows the way to the alarm that the incident was told with.
func courseOf(i alerts.Incident) web.Chart {
	p := newPlot("Evidence", "How did the leading detector come to its alarm?", "share", web.Line{Name: "share of the way", Role: "value"}, web.Line{Name: "alarm", Role: "limit"})
	whole := 1.0
	for _, point := range i.Chart {
		value := point.Value
		p.set(point.At, 0, &value)
		p.set(point.At, 1, &whole)
	}
	return p.done(nil)
}

// advise says what a person can do about an incident that is open.
func advise(i alerts.Incident) []web.Advice {
	if i.State != alerts.Open {
		return nil
	}
	name, version := i.Ref.Name, i.Ref.Version
	explain := web.Advice{Text: "See the numbers behind it.", Command: fmt.Sprintf("driftd explain %q %s", name, version)}
	switch i.Class {
	case alerts.ClassPerformance:
		hold := web.Advice{Text: "Keep the version where it is while you look.", Command: fmt.Sprintf("driftd hold %q %s --for 24h --reason TEXT", name, version)}
		rollback := web.Advice{Text: "Give the slot back to the version before.", Command: fmt.Sprintf("driftd rollback %q --reason TEXT", name)}
		switch i.Blocked {
		case alerts.BlockedApproval:
			return []web.Advice{{Text: "Agree to the demotion that is proposed.", Command: fmt.Sprintf("driftd approve %q", name)}, hold, explain}
		case "":
			if i.Action != nil && i.Action.Moved() {
				return []web.Advice{{Text: "Nothing at once: the slot was moved. Find out what the version learned that serving does not have."}, explain}
			}
			return []web.Advice{hold, rollback, explain}
		}
		return []web.Advice{{Text: "The evidence asks for a demotion, and nothing was moved: " + i.Blocked.Sentence() + "."}, rollback, hold, explain}
	case alerts.ClassDrift:
		return []web.Advice{
			{Text: "Ask those who make these inputs whether the change is meant. Drift is no damage by itself: look whether performance holds."},
			{Text: "If it is here to stay, compare with the data of now.", Command: fmt.Sprintf("driftd reference accept %q %s", name, version)}, explain,
		}
	case alerts.ClassData:
		return []web.Advice{
			{Text: "Mend the inputs where they are made. Messages about drift and performance wait until the data are back."},
			{Text: "Messages that could not be read are kept, and can be read again once the cause is mended.", Command: "driftd rejects list"}, explain,
		}
	}
	return []web.Advice{{Text: "Find out what is missing: labels, predictions, or a server.", Command: "driftd check --online"}, explain}
}
