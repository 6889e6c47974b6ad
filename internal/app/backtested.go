package app

import (
	"context"
	"slices"
	"time"

	"github.com/driftd/driftd/alerts"
)

// Backtested is what would have come of a policy. It is JSON for programs.
type Backtested struct {
	Model      string      `json:"model"`
	Policy     string      `json:"policy"` // file
	Mode       string      `json:"configured_mode"`
	From       time.Time   `json:"from"` // first tick
	To         time.Time   `json:"to"`   // last tick
	Ticks      int         `json:"ticks"`
	Windows    int         `json:"windows"` // drift windows judged, of all versions
	Blocks     int         `json:"blocks"`  // label blocks judged, of all versions
	Seconds    float64     `json:"seconds"`
	Slot       []Holder    `json:"slot"`
	Departures []Departure `json:"departures"`
	Classes    []ClassRate `json:"classes"`
	Incidents  []Told      `json:"incidents"`
	Actions    []Demotion  `json:"actions"`
}

// Holder is who held the slot from when on, and how that is known.
type Holder struct {
	Version string    `json:"version"`
	From    time.Time `json:"from"`
	Source  string    `json:"source"` // recorded, or served: by the role in the events
}

// ClassRate is how often one kind of news would have come. Weeks are those of
// the replay; a last one that is not whole counts in the total only, unless it
// is the first.
type ClassRate struct {
	Class   string   `json:"class"`
	Total   int      `json:"total"`
	Min     int      `json:"week_min"`
	Median  float64  `json:"week_median"`
	Max     int      `json:"week_max"`
	PerYear float64  `json:"per_year"`
	Budget  *float64 `json:"budget_per_year,omitempty"` // of false ones
}

// Told is an incident.
type Told struct {
	ID       string     `json:"id"`
	Class    string     `json:"class"`
	Version  string     `json:"version"`
	Opened   time.Time  `json:"opened"`
	Closed   *time.Time `json:"closed,omitempty"`
	Onset    *time.Time `json:"onset,omitempty"`         // since when, as far as the evidence told when it was opened
	Delay    *float64   `json:"delay_seconds,omitempty"` // from onset to opened
	Paged    bool       `json:"paged"`
	Headline string     `json:"headline"`          // when it was opened
	Last     string     `json:"last_headline"`     // at its end, or now
	Outcome  string     `json:"outcome,omitempty"` // what was done, or why nothing was
}

// Demotion is an action that would have been taken. LogM and Threshold are
// natural logarithms.
type Demotion struct {
	ID        string    `json:"id"`
	Tick      time.Time `json:"tick"`
	From      string    `json:"from_version"`
	To        string    `json:"to_version"`
	Stage     string    `json:"stage"`
	Reason    string    `json:"reason"`
	Detector  string    `json:"detector"`
	LogM      float64   `json:"log_m"`
	Threshold float64   `json:"threshold"`
	Labels    uint64    `json:"labels"`
	Detail    string    `json:"detail,omitempty"`
}

// fill reads what the replay has left in its scratch database.
func (b *Backtested) fill(ctx context.Context, r *rehearsal) error {
	name, budgets := r.model.Policy.Model, r.model.Policy.Budgets
	b.Incidents, b.Actions, b.Slot, b.Departures = []Told{}, []Demotion{}, []Holder{}, r.slot.departures
	news := map[string][]time.Time{}
	err := r.scratch.IncidentHistory(ctx, name, func(opened, now alerts.Incident) {
		b.Incidents = append(b.Incidents, tell(opened, now))
		for class, times := range heard(now) {
			news[class] = append(news[class], times...)
		}
	})
	if err != nil {
		return err
	}
	actions, err := r.scratch.Actions(ctx, name, b.To)
	if err != nil {
		return err
	}
	for _, a := range actions {
		b.Actions = append(b.Actions, Demotion{
			ID: a.ID, Tick: a.Tick, From: a.From, To: a.To, Stage: string(a.Stage), Reason: string(a.Reason),
			Detector: a.Detector, LogM: a.LogM, Threshold: a.Threshold, Labels: a.Labels, Detail: a.Detail,
		})
		news["demotion"] = append(news["demotion"], a.Tick)
	}
	for i, s := range r.slot.record {
		holder := Holder{Version: s.Seen.Ref.Version, From: s.Tick, Source: "recorded"}
		if s.fromEvents {
			holder.Source = "served"
		}
		if n := len(b.Slot); !s.Tick.After(b.To) && (i == 0 || b.Slot[n-1].Version != holder.Version || b.Slot[n-1].Source != holder.Source) {
			b.Slot = append(b.Slot, holder)
		}
	}
	for _, c := range []struct {
		class  string
		budget *float64
	}{{"drift alert", &budgets.DriftAlerts}, {"warning", nil}, {"page", &budgets.Pages}, {"demotion", &budgets.Demotions}, {"pipeline", nil}} {
		b.Classes = append(b.Classes, rate(c.class, news[c.class], b.From, b.To, c.budget))
	}
	return nil
}

// heard returns the moments at which an incident made people look up: drift is
// an alert for every time that inputs joined it aloud, bad performance a page
// or a warning once.
func heard(i alerts.Incident) map[string][]time.Time {
	switch i.Class {
	case alerts.ClassDrift:
		var times []time.Time
		for _, e := range i.Timeline {
			if e.Reach >= alerts.InChannel {
				times = append(times, e.At)
			}
		}
		return map[string][]time.Time{"drift alert": times}
	case alerts.ClassPipeline:
		return map[string][]time.Time{"pipeline": {i.Opened}}
	}
	for _, e := range i.Timeline {
		if e.Reach == alerts.ToOwner {
			return map[string][]time.Time{"page": {e.At}}
		}
	}
	return map[string][]time.Time{"warning": {i.Opened}}
}

func tell(opened, now alerts.Incident) Told {
	t := Told{
		ID: now.ID, Class: string(now.Class), Version: now.Ref.Version, Opened: now.Opened,
		Paged: now.Pages(), Headline: opened.Headline, Last: now.Headline, Outcome: now.Outcome(),
	}
	if !now.Closed.IsZero() {
		t.Closed = &now.Closed
	}
	for _, e := range opened.Evidence {
		if !e.Onset.IsZero() && (t.Onset == nil || e.Onset.Before(*t.Onset)) {
			onset := e.Onset
			delay := now.Opened.Sub(onset).Seconds()
			t.Onset, t.Delay = &onset, &delay
		}
	}
	return t
}

// rate spreads the moments over the weeks of [from, to].
func rate(class string, at []time.Time, from, to time.Time, budget *float64) ClassRate {
	const week = 7 * 24 * time.Hour
	weeks := make([]int, max(1, int(to.Sub(from)/week)))
	for _, t := range at {
		if k := int(t.Sub(from) / week); k < len(weeks) {
			weeks[k]++
		}
	}
	slices.Sort(weeks)
	n := len(weeks)
	r := ClassRate{Class: class, Total: len(at), Min: weeks[0], Max: weeks[n-1], Median: float64(weeks[(n-1)/2]+weeks[n/2]) / 2, Budget: budget}
	if span := to.Sub(from); span > 0 {
		r.PerYear = float64(len(at)) * 365.25 * 24 * float64(time.Hour) / float64(span)
	}
	return r
}
