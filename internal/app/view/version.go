package view

import (
	"cmp"
	"context"
	"slices"
	"strings"

	"golang.org/x/sync/errgroup"

	"github.com/driftd/driftd/alerts"
	"github.com/driftd/driftd/dashboards/web"
	"github.com/driftd/driftd/evaluate"
	"github.com/driftd/driftd/internal/clickhouse"
	"github.com/driftd/driftd/internal/config"
	"github.com/driftd/driftd/internal/model"
)

// Version implements [web.Source].
func (v Viewer) Version(ctx context.Context, name, version string, span web.Span) (web.Version, error) {
	var out web.Version
	m, err := v.find(name)
	if err != nil {
		return out, err
	}
	store, err := v.Store()
	if err != nil {
		return out, err
	}
	standings, err := store.Standings(ctx, name)
	if err != nil {
		return out, err
	}
	slices.SortFunc(standings, func(a, b clickhouse.Standing) int { return compareRefs(b.Ref, a.Ref) })
	for _, s := range standings {
		out.Siblings = append(out.Siblings, s.Ref.Version)
	}
	at := slices.Index(out.Siblings, version)
	if at < 0 {
		missing := web.NotFound{What: "judged version “" + version + "” of “" + name + "”"}
		for _, s := range out.Siblings {
			missing.Have = append(missing.Have, "version "+s)
		}
		return out, missing
	}
	out.Span = spanned(span, standings[at:at+1], v.Now())
	out.Standing = line(m, standings[at], v.Now())
	out.Watched = watched(standings[at], standings)
	return out, v.fill(ctx, store, m, standings[at], &out)
}

// fill asks for all that a version's view shows.
func (v Viewer) fill(ctx context.Context, store *clickhouse.Store, m config.Model, s clickhouse.Standing, out *web.Version) error {
	ref := s.Ref
	lines := []web.Standing{out.Standing}
	var last map[model.Ref][]evaluate.Result
	var verdict evaluate.Verdict
	var moved []evaluate.MovedSeries
	var windows, results []evaluate.Result
	var steps []clickhouse.EvidenceStep
	var marks []web.Mark
	asking, ctx := errgroup.WithContext(ctx)
	asking.Go(func() error { return v.detail(ctx, store, v.Models(), lines) })
	asking.Go(func() (err error) {
		verdict, moved, out.Reference, err = judged(ctx, store, m.Policy, ref)
		return err
	})
	asking.Go(func() (err error) {
		windows, err = store.DriftPath(ctx, ref, m.Policy.Drift.Measures, out.Span.From, out.Span.To)
		return err
	})
	asking.Go(func() (err error) {
		last, err = store.NewestMetrics(ctx, []string{ref.Name}, m.Policy.Live.Metrics, s.LabelsTo)
		return err
	})
	asking.Go(func() (err error) { results, err = store.MetricPath(ctx, ref, out.Span.From, out.Span.To); return })
	asking.Go(func() (err error) {
		steps, err = store.EvidencePath(ctx, ref, out.Span.From, out.Span.To, stepOf(out.Span))
		return err
	})
	asking.Go(func() (err error) {
		out.Health, err = health(ctx, store, ref.Name, out.Span, []string{ref.Version})
		return err
	})
	asking.Go(func() (err error) { marks, err = moves(ctx, store, ref.Name, out.Span); return })
	asking.Go(func() (err error) {
		out.Incidents, err = incidents(ctx, store, ref.Name, func(i alerts.Incident) bool { return i.Ref == ref })
		return err
	})
	asking.Go(func() (err error) {
		out.Actions, err = actions(ctx, store, ref.Name, func(a alerts.Action) bool { return a.From == ref.Version || a.To == ref.Version })
		return err
	})
	if err := asking.Wait(); err != nil {
		return err
	}
	out.Standing, out.FirstSeen = lines[0], stated(s.FirstSeen)
	out.Detectors = detectors(verdict.Evidence, last[ref])
	out.Faults = faults(verdict.Evidence)
	out.Series = series(verdict.Evidence, moved, windows)
	out.Evidence = evidenceChart(steps, marks)
	out.Metrics, out.Labels = metricCharts(m.Policy, results, marks)
	return nil
}

// judged returns the newest verdict of a version, how its series moved up to it,
// and what it is compared with.
func judged(ctx context.Context, store *clickhouse.Store, p evaluate.Policy, ref model.Ref) (verdict evaluate.Verdict, moved []evaluate.MovedSeries, compared *web.Reference, err error) {
	last, err := store.LastVerdicts(ctx, ref.Name, end)
	if err != nil {
		return verdict, nil, nil, err
	}
	verdict = last[ref.Version]
	references, err := store.References(ctx, ref.Name, end)
	if err != nil {
		return verdict, nil, nil, err
	}
	r, ok := references[ref.Version]
	if !ok || r.ID != verdict.ReferenceID {
		return verdict, nil, nil, nil
	}
	compared = &web.Reference{
		ID: r.ID, Source: strings.TrimSpace(evaluate.Sentence(r.Source) + " " + r.Of), From: stated(r.From), To: stated(r.To), Rows: r.Rows, Pinned: r.PinnedAt, Note: r.Note,
	}
	moved, err = evaluate.New(store, store, store).Moved(ctx, p, r, verdict, "")
	return verdict, moved, compared, err
}

// detectors are those of performance, the one that leads furthest first.
func detectors(evidence []evaluate.Evidence, results []evaluate.Result) []web.Detector {
	out := []web.Detector{}
	for _, e := range evidence {
		if !e.Kind.Live() {
			continue
		}
		out = append(out, web.Detector{
			Metric: metric(e, results), Level: e.Level.String(), Since: stated(e.Since), Onset: stated(e.Onset),
			Page: share(e, e.Page), Demotion: share(e, e.Demote), LogM: e.LogM, Labels: e.Rows, Blocks: e.Blocks,
		})
	}
	furthest := func(d web.Detector) float64 {
		if d.Page == nil {
			return 0
		}
		return *d.Page
	}
	slices.SortStableFunc(out, func(a, b web.Detector) int { return cmp.Compare(furthest(b), furthest(a)) })
	return out
}

// faults are the detectors of data quality that stand for something.
func faults(evidence []evaluate.Evidence) []web.Fault {
	out := []web.Fault{}
	for _, e := range evidence {
		if e.Kind != evaluate.Quality || e.Level == evaluate.None {
			continue
		}
		f := web.Fault{Series: cmp.Or(e.Named(), "the stream"), Now: "–", Before: "–", Level: e.Level.String(), Alert: share(e, e.Alert), Since: stated(e.Since)}
		if e.Broken != "" {
			f.Level = "broken"
		}
		voice, _ := e.Loudest()
		if at := slices.IndexFunc(e.Voices, func(v evaluate.Voice) bool { return v.Check == e.Broken }); at >= 0 {
			voice = e.Voices[at]
		}
		f.Check, f.Detail = voice.Check, voice.Detail
		if voice.Now != nil {
			f.Now = evaluate.Figure(*voice.Now)
		}
		if voice.Before != nil {
			f.Before = evaluate.Figure(*voice.Before)
		}
		out = append(out, f)
	}
	return out
}

// series are what drift is watched of, those that moved furthest first.
func series(evidence []evaluate.Evidence, moved []evaluate.MovedSeries, windows []evaluate.Result) []web.Series {
	out := []web.Series{}
	for _, e := range evidence {
		if e.Kind != evaluate.Drift || e.Segment != "" && e.Level == evaluate.None && !e.Warned() {
			continue
		}
		s := seriesOf(e)
		for _, m := range moved {
			if m.Evidence.Feature == e.Feature && m.Evidence.Segment == e.Segment {
				s.Before, s.After, s.Check, s.Value = m.Movement.Before(), m.Movement.After(), m.Movement.Check, m.Movement.Value
			}
		}
		for _, w := range windows {
			if e.Segment == "" && w.Feature == e.Feature {
				s.Windows = append(s.Windows, web.Window{To: w.To, Check: w.Check, Value: w.Value, P: *w.P})
			}
		}
		out = append(out, s)
	}
	level := []string{"moved", "warn", "quiet"}
	slices.SortStableFunc(out, func(a, b web.Series) int {
		return cmp.Or(cmp.Compare(slices.Index(level, a.Level), slices.Index(level, b.Level)), cmp.Compare(b.Share, a.Share), strings.Compare(a.Name, b.Name))
	})
	return out
}

// seriesOf is a series as its evidence alone tells.
func seriesOf(e evaluate.Evidence) web.Series {
	s := web.Series{Name: e.Named(), Level: "quiet", Share: e.Furthest(), Since: stated(e.Since), Onset: stated(e.Onset), Listed: e.Listed, Windows: []web.Window{}}
	switch {
	case e.Level >= evaluate.Alerted:
		s.Level = "moved"
	case e.Warned():
		s.Level = "warn"
	}
	if voice, ok := e.Loudest(); ok {
		limit := voice.Limit
		s.Check, s.Value, s.Limit = voice.Check, voice.Value, &limit
	}
	if e.Moved != nil {
		s.Before, s.After, s.Check, s.Value = e.Moved.Before(), e.Moved.After(), e.Moved.Check, e.Moved.Value
	}
	return s
}
