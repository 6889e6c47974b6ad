package view

import (
	"context"
	"slices"
	"time"

	"golang.org/x/sync/errgroup"

	"github.com/driftd/driftd/alerts"
	"github.com/driftd/driftd/dashboards/web"
	"github.com/driftd/driftd/evaluate"
	"github.com/driftd/driftd/internal/clickhouse"
	"github.com/driftd/driftd/internal/model"
)

// usualSpan is what views are about unless told otherwise.
const usualSpan = 90 * 24 * time.Hour

// Model implements [web.Source].
func (v Viewer) Model(ctx context.Context, name string, span web.Span) (web.Model, error) {
	m, err := v.find(name)
	if err != nil {
		return web.Model{}, err
	}
	store, err := v.Store()
	if err != nil {
		return web.Model{}, err
	}
	out := web.Model{
		Name: name, Task: m.Policy.Task.String(), Slot: m.Slot.String(), Mode: m.Alerts.Mode.String(), Owner: m.Alerts.Owner,
		Schedule: m.Schedule.String(), Versions: []web.Standing{}, Health: []web.Track{}, Holders: []web.Holder{},
	}
	standings, err := store.Standings(ctx, name)
	if err != nil {
		return out, err
	}
	out.Span = spanned(span, standings, v.Now())
	for _, s := range standings {
		l := line(m, s, v.Now())
		l.Watched = watched(s, standings)
		out.Versions = append(out.Versions, l)
	}
	slices.SortStableFunc(out.Versions, watchedFirst)
	asking, ctx := errgroup.WithContext(ctx)
	if len(out.Versions) > 0 {
		asking.Go(func() error { return v.detail(ctx, store, v.Models(), out.Versions) })
	}
	asking.Go(func() (err error) { out.Health, err = health(ctx, store, name, out.Span, nil); return })
	asking.Go(func() (err error) { out.Holders, err = holders(ctx, store, name); return })
	asking.Go(func() (err error) {
		out.Incidents, err = incidents(ctx, store, name, func(alerts.Incident) bool { return true })
		return
	})
	asking.Go(func() (err error) {
		out.Actions, err = actions(ctx, store, name, func(alerts.Action) bool { return true })
		return
	})
	return out, asking.Wait()
}

// watched reports whether the version was judged at its model's newest tick.
func watched(s clickhouse.Standing, all []clickhouse.Standing) bool {
	return !slices.ContainsFunc(all, func(other clickhouse.Standing) bool { return other.Tick.After(s.Tick) })
}

// watchedFirst sorts versions that are not judged any more behind the others.
func watchedFirst(a, b web.Standing) int {
	if a.Watched != b.Watched {
		if a.Watched {
			return -1
		}
		return 1
	}
	return worstFirst(a, b)
}

// spanned fills in what the span leaves open: it ends with the newest verdict and
// begins 90 days before, or with the first prediction.
func spanned(span web.Span, standings []clickhouse.Standing, now time.Time) web.Span {
	var first, last time.Time
	for _, s := range standings {
		if last.Before(s.Tick) {
			last = s.Tick
		}
		if !s.FirstSeen.IsZero() && (first.IsZero() || s.FirstSeen.Before(first)) {
			first = s.FirstSeen
		}
	}
	if last.IsZero() {
		last = now.UTC()
	}
	if span.To.IsZero() {
		span.To = last
	}
	if span.From.IsZero() {
		span.From = span.To.Add(-usualSpan)
		if first.After(span.From) && first.Before(span.To) {
			span.From = first
		}
	}
	if !span.From.Before(span.To) {
		span.From = span.To.Add(-24 * time.Hour)
	}
	return span
}

// health returns how versions stood over the span, the newest version first; of
// the named ones, or of all.
func health(ctx context.Context, store *clickhouse.Store, name string, span web.Span, only []string) ([]web.Track, error) {
	runs, err := store.StatusPath(ctx, name, span.From, span.To)
	tracks := []web.Track{}
	for k, r := range runs {
		if only != nil && !slices.Contains(only, r.Version) {
			continue
		}
		if n := len(tracks); n == 0 || tracks[n-1].Name != r.Version {
			tracks = append(tracks, web.Track{Name: r.Version})
		}
		t := &tracks[len(tracks)-1]
		run := web.Run{Span: web.Span{From: r.From, To: r.Last}, State: r.Status.String(), Serving: r.Serving}
		if k+1 < len(runs) && runs[k+1].Version == r.Version {
			run.To = runs[k+1].From
		}
		t.Runs = append(t.Runs, run)
	}
	slices.SortFunc(tracks, func(a, b web.Track) int { return model.CompareVersions(b.Name, a.Name) })
	return tracks, err
}

// holders returns who held the slot, the newest first.
func holders(ctx context.Context, store *clickhouse.Store, name string) ([]web.Holder, error) {
	all, err := store.SlotHistory(ctx, name, end)
	out := []web.Holder{}
	for k, h := range all {
		holder := web.Holder{Version: h.Version, Also: h.Also, From: h.From, Why: evaluate.Sentence(h.Reason), Action: h.By}
		if k+1 < len(all) {
			to := all[k+1].From
			holder.To = &to
		}
		out = append(out, holder)
	}
	slices.Reverse(out)
	return out, err
}
