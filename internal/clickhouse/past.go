package clickhouse

import (
	"context"
	"time"

	"github.com/ClickHouse/clickhouse-go/v2"
	"github.com/ClickHouse/clickhouse-go/v2/lib/driver"
	"golang.org/x/sync/errgroup"

	"github.com/driftd/driftd/alerts"
	"github.com/driftd/driftd/evaluate"
)

// Past is all that a tick may know of earlier ones.
type Past struct {
	Evaluate evaluate.Past
	Alerts   alerts.Past
}

// LoadPast reads what a tick may know: verdicts and references of earlier ticks,
// and of actions, incidents and tags also what this very tick did before a crash.
// What the registry shows is not part of it: see [Store.StartTick].
func (s *Store) LoadPast(ctx context.Context, name string, tick time.Time) (Past, error) {
	var past Past
	// A second thread costs such a statement a seventh more, and finds nothing to do.
	ctx = clickhouse.Context(ctx, clickhouse.WithSettings(clickhouse.Settings{"max_threads": 1}))
	group, ctx := errgroup.WithContext(ctx)
	group.SetLimit(4) // statements of a few milliseconds, mostly waiting
	group.Go(func() (err error) {
		past.Evaluate.Verdicts, err = s.LastVerdicts(ctx, name, tick)
		return err
	})
	group.Go(func() (err error) {
		past.Evaluate.References, err = s.outlines(ctx, name, tick)
		return err
	})
	group.Go(func() (err error) {
		past.Evaluate.Reopened, err = s.reopened(ctx, name, tick)
		return err
	})
	group.Go(func() (err error) {
		if past.Evaluate.Slots, err = s.Slots(ctx, name, tick); err != nil {
			return err
		}
		orders, err := s.orders(ctx, name, time.Unix(0, 0), tick)
		if err != nil {
			return err
		}
		past.Alerts.Released, past.Alerts.Silences = released(orders), silences(orders, tick)
		for _, o := range orders {
			if o.At.After(tick.Add(-orderAge)) {
				past.Alerts.Orders = append(past.Alerts.Orders, o)
			}
		}
		actions, err := s.ActionStages(ctx, name, tick)
		for _, a := range actions {
			rows := &past.Alerts.Actions
			if !a.At.Before(tick) {
				rows = &past.Alerts.Reached
			}
			*rows = newest(*rows, a)
		}
		past.Evaluate.Demoted = demoted(past.Alerts.Actions, past.Evaluate.Slots, past.Alerts.Released)
		return err
	})
	group.Go(func() (err error) {
		_, past.Alerts.Frozen, err = s.Freeze(ctx, tick)
		return err
	})
	group.Go(func() (err error) {
		past.Alerts.Incidents, err = s.Incidents(ctx, name, tick)
		return err
	})
	group.Go(func() (err error) {
		past.Alerts.Statuses, err = s.streaks(ctx, name, tick)
		return err
	})
	group.Go(func() (err error) {
		past.Alerts.Tags, err = s.tags(ctx, name, tick)
		return err
	})
	group.Go(func() (err error) {
		past.Alerts.Courses, err = s.courses(ctx, name, tick)
		return err
	})
	return past, group.Wait()
}

// demoted returns the versions that were demoted by actions as they stood before the
// tick, and that neither were released nor got the slot back from people since.
func demoted(actions []alerts.Action, slots []evaluate.Tenure, released map[string]time.Time) map[string]bool {
	at := map[string]time.Time{}
	for _, a := range actions {
		if a.Moved() {
			at[a.From] = a.Tick
		}
	}
	demoted := make(map[string]bool, len(at))
	for version, since := range at {
		demoted[version] = !since.Before(released[version])
		for _, t := range slots {
			if t.Version == version && t.From.After(since) && (t.Reason == slotByOthers || t.Reason == slotReturned) {
				demoted[version] = false
			}
		}
		if !demoted[version] {
			delete(demoted, version)
		}
	}
	return demoted
}

// streaks returns the run of equal statuses that ended with the tick before, by version.
func (s *Store) streaks(ctx context.Context, name string, tick time.Time) (map[string]alerts.Streak, error) {
	all := map[string]alerts.Streak{}
	err := s.read(ctx, call{file: "streaks", subject: "read status streaks of " + name, args: args{"model": name, "tick": tick}}, func(rows driver.Rows) error {
		var version string
		var ticks uint64
		var streak alerts.Streak
		err := rows.Scan(&version, &streak.Status, &ticks, &streak.Since)
		streak.Ticks, streak.Since = int(ticks), streak.Since.UTC()
		all[version] = streak
		return err
	})
	return all, err
}

// tags returns the tags last written until the tick, by version.
func (s *Store) tags(ctx context.Context, name string, tick time.Time) (map[string]map[string]string, error) {
	all := map[string]map[string]string{}
	err := s.read(ctx, call{file: "tags", subject: "read tags of " + name, args: args{"model": name, "tick": tick}}, func(rows driver.Rows) error {
		var version, key, value string
		if err := rows.Scan(&version, &key, &value); err != nil {
			return err
		}
		if all[version] == nil {
			all[version] = map[string]string{}
		}
		all[version][key] = value
		return nil
	})
	return all, err
}

// courses returns how the leading performance detector of each version came
// along over its last blocks before the tick.
func (s *Store) courses(ctx context.Context, name string, tick time.Time) (map[string][]alerts.Point, error) {
	blocks := map[string][]evaluate.Verdict{}
	err := s.read(ctx, call{file: "block_verdicts", subject: "read the last blocks of " + name, args: args{"model": name, "tick": tick}}, func(rows driver.Rows) error {
		var v evaluate.Verdict
		var kind []string
		var logM, peak, alert, page, demote []float64
		var since []time.Time
		if err := rows.Scan(&v.Ref.Version, &v.LabelsTo, &kind, &logM, &since, &peak, &alert, &page, &demote); err != nil {
			return err
		}
		v.LabelsTo = v.LabelsTo.UTC()
		for i := range kind {
			v.Evidence = append(v.Evidence, evaluate.Evidence{
				Kind: evaluate.Kind(kind[i]), LogM: logM[i], Since: known(since[i]), Peak: peak[i], Alert: alert[i], Page: page[i], Demote: demote[i],
			})
		}
		blocks[v.Ref.Version] = append(blocks[v.Ref.Version], v)
		return nil
	})
	courses := make(map[string][]alerts.Point, len(blocks))
	for version, verdicts := range blocks {
		courses[version] = alerts.Course(verdicts)
	}
	return courses, err
}
