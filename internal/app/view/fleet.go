package view

import (
	"cmp"
	"context"
	"math"
	"slices"
	"strings"
	"time"

	"golang.org/x/sync/errgroup"

	"github.com/driftd/driftd/alerts"
	"github.com/driftd/driftd/dashboards/web"
	"github.com/driftd/driftd/evaluate"
	"github.com/driftd/driftd/internal/clickhouse"
	"github.com/driftd/driftd/internal/config"
	"github.com/driftd/driftd/internal/model"
)

// Fleet implements [web.Source]: one statement for all, and four more for the
// models of the lines that are shown.
func (v Viewer) Fleet(ctx context.Context, f web.Filter) (web.Fleet, error) {
	store, err := v.Store()
	if err != nil {
		return web.Fleet{}, err
	}
	models := v.Models()
	standings, err := store.Standings(ctx, "")
	if err != nil {
		return web.Fleet{}, err
	}
	lines := v.lines(models, standings)
	fleet := web.Fleet{Now: v.Now().UTC(), States: map[string]int{}, Models: len(models), Filter: f, Page: max(1, f.Page)}
	for _, l := range lines {
		fleet.States[l.State]++
	}
	lines = slices.DeleteFunc(lines, func(l web.Standing) bool { return !selects(f, l) })
	slices.SortStableFunc(lines, worstFirst)
	fleet.Matching, fleet.Pages = len(lines), max(1, (len(lines)+web.PageSize-1)/web.PageSize)
	fleet.Page = min(fleet.Page, fleet.Pages)
	first := (fleet.Page - 1) * web.PageSize
	fleet.Versions = lines[first:min(first+web.PageSize, len(lines))]
	return fleet, v.detail(ctx, store, models, fleet.Versions)
}

func selects(f web.Filter, l web.Standing) bool {
	text := strings.ToLower(f.Text)
	return (f.State == "" || f.State == l.State) &&
		(strings.Contains(strings.ToLower(l.Model+" "+l.Version), text) || strings.Contains(strings.ToLower(l.Owner), text))
}

// worstFirst sorts by state, then what serves, then how near an alarm is.
func worstFirst(a, b web.Standing) int {
	serves := func(l web.Standing) int {
		if l.Serving {
			return 0
		}
		return 1
	}
	nearest := func(l web.Standing) float64 {
		worst := 0.0
		for _, s := range []*float64{l.Page, l.Demotion, l.Drift.Alert} {
			if s != nil {
				worst = math.Max(worst, *s)
			}
		}
		return worst
	}
	return cmp.Or(
		cmp.Compare(slices.Index(web.States, a.State), slices.Index(web.States, b.State)),
		cmp.Compare(serves(a), serves(b)), cmp.Compare(nearest(b), nearest(a)),
		compareRefs(model.Ref{Name: a.Model, Version: a.Version}, model.Ref{Name: b.Model, Version: b.Version}))
}

// lines returns a line for every version that was judged at its model's newest
// tick, and one for every model that never was.
func (v Viewer) lines(models []config.Model, standings []clickhouse.Standing) []web.Standing {
	byModel := map[string][]clickhouse.Standing{}
	for _, s := range standings {
		byModel[s.Ref.Name] = append(byModel[s.Ref.Name], s)
	}
	now := v.Now()
	var lines []web.Standing
	for _, m := range models {
		all := byModel[m.Policy.Model]
		if len(all) == 0 {
			lines = append(lines, web.Standing{
				Model: m.Policy.Model, State: "unknown", Why: "no version of it has been judged yet", Slot: m.Slot.Name,
				Mode: m.Alerts.Mode.String(), Owner: m.Alerts.Owner, Open: []web.IncidentRef{},
			})
			continue
		}
		for _, s := range all {
			if watched(s, all) {
				l := line(m, s, now)
				l.Watched = true
				lines = append(lines, l)
			}
		}
	}
	return lines
}

// line is how one version stands, as far as its newest verdict tells in brief.
func line(m config.Model, s clickhouse.Standing, now time.Time) web.Standing {
	l := web.Standing{
		Model: s.Ref.Name, Version: s.Ref.Version, Serving: s.Serving, Slot: m.Slot.Name, State: s.Status.String(),
		Reason: s.Reason, Why: why(s.Reason), Since: stated(s.Since), Page: s.Page, Demotion: s.Demote,
		Drift: part(s.Drift, s.DriftTo), Live: part(s.Live, s.LabelsTo), Judged: &s.Tick, Due: stated(m.Overdue(s.Tick, now)),
		Mode: m.Alerts.Mode.String(), Owner: m.Alerts.Owner, Open: []web.IncidentRef{},
	}
	l.Drift.Count, l.Drift.Watched, l.Drift.Alert = s.Moved, s.Watched, s.Alert
	switch {
	case s.Broken > 0:
		l.Data = part(evaluate.Standing{Status: evaluate.Warning, Reason: evaluate.ReasonData}, s.CountedTo)
	case s.Checked:
		l.Data = part(evaluate.Standing{Status: evaluate.Healthy}, s.CountedTo)
	}
	l.Data.Count = s.Broken
	return l
}

// detail adds to the lines what their evidence says: the metric that leads, which
// series stand for something, incidents, and what was done last.
func (v Viewer) detail(ctx context.Context, store *clickhouse.Store, models []config.Model, lines []web.Standing) error {
	if len(lines) == 0 {
		return nil
	}
	var names, checks []string
	since := v.Now()
	for _, l := range lines {
		names = append(names, l.Model)
		if l.Live.To != nil && l.Live.To.Before(since) {
			since = *l.Live.To
		}
	}
	slices.Sort(names)
	names = slices.Compact(names)
	for _, m := range models {
		if slices.Contains(names, m.Policy.Model) {
			checks = append(checks, m.Policy.Live.Metrics...)
		}
	}
	slices.Sort(checks)

	var detectors map[model.Ref][]evaluate.Evidence
	var results map[model.Ref][]evaluate.Result
	var open []alerts.Incident
	var done map[string]alerts.Action
	asking, ctx := errgroup.WithContext(ctx)
	asking.Go(func() (err error) { detectors, err = store.Detectors(ctx, names); return })
	asking.Go(func() (err error) {
		results, err = store.NewestMetrics(ctx, names, slices.Compact(checks), since)
		return
	})
	asking.Go(func() (err error) { open, err = store.IncidentLines(ctx, "", false); return })
	asking.Go(func() (err error) { done, err = store.NewestActions(ctx, names); return })
	if err := asking.Wait(); err != nil {
		return err
	}
	for k := range lines {
		l := &lines[k]
		ref := model.Ref{Name: l.Model, Version: l.Version}
		lead(l, detectors[ref], results[ref])
		for _, i := range open {
			if i.Ref == ref {
				l.Open = append(l.Open, incidentRef(i))
			}
		}
		if a, ok := done[l.Model]; ok {
			last := action(a)
			l.Done = &last
		}
	}
	return nil
}

// lead chooses the metric that the line shows, and names what stands for something.
func lead(l *web.Standing, detectors []evaluate.Evidence, results []evaluate.Result) {
	var first *evaluate.Evidence
	for k := range detectors {
		e := &detectors[k]
		switch {
		case e.Kind == evaluate.Drift:
			l.Drift.Raised = append(l.Drift.Raised, e.Feature)
		case e.Kind == evaluate.Quality:
			l.Data.Raised = append(l.Data.Raised, cmp.Or(e.Feature, "the stream"))
		case first == nil || e.Level > first.Level || e.Level == first.Level && e.Share(e.Page) > first.Share(first.Page):
			first = e
		}
	}
	l.Drift.Raised, l.Data.Raised = slices.Compact(l.Drift.Raised), slices.Compact(l.Data.Raised)
	switch {
	case first != nil:
		m := metric(*first, results)
		l.Metric = &m
	case len(results) > 0:
		r := results[0]
		l.Metric = &web.Metric{
			Name: r.Check, Value: r.Value, Lower: r.Lower, Upper: r.Upper, Rows: r.Rows, From: stated(r.From), To: stated(r.To), State: stateOf(r.Status),
		}
	}
}
