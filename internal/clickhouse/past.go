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
	group.Go(func() (err error) {
		if past.Evaluate.Verdicts, err = s.LastVerdicts(ctx, name, tick); err != nil {
			return err
		}
		if past.Alerts.Statuses, err = s.streaks(ctx, name, tick, past.Evaluate.Verdicts); err != nil {
			return err
		}
		past.Alerts.Courses, err = s.courses(ctx, name, tick, past.Evaluate.Verdicts)
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
		orders, err := s.orders(ctx, name, tick)
		if err != nil {
			return err
		}
		past.Alerts.Released, past.Alerts.Silences = released(orders), silences(orders, tick)
		past.Alerts.Orders = recent(orders, tick)
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
		past.Alerts.Tags, err = s.tags(ctx, name, tick)
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

// streak is the run of equal statuses of a version.
type streak struct {
	version string
	alerts.Streak
}

// streaks returns the run of equal statuses that ended with the tick before, by
// version; last are the last verdicts. Of statuses that judge only which it is: how
// long a version has not been judged is what runs are counted for, over all its past.
func (s *Store) streaks(ctx context.Context, name string, tick time.Time, last map[string]evaluate.Verdict) (map[string]alerts.Streak, error) {
	all, judged := make(map[string]alerts.Streak, len(last)), true
	for version, v := range last {
		all[version] = alerts.Streak{Status: v.Status.String()}
		judged = judged && judges(v)
	}
	if judged {
		return all, nil
	}
	about := call{file: "streaks", subject: "read status streaks of " + name, args: args{"tick": tick}}
	rows, err := s.reads.streaks.about(ctx, s, name, about, func(rows driver.Rows) (model string, r streak, err error) {
		var ticks uint64
		err = rows.Scan(&model, &r.version, &r.Status, &ticks, &r.Since)
		r.Ticks, r.Since = int(ticks), r.Since.UTC()
		return model, r, err
	})
	for _, r := range rows {
		if !judges(last[r.version]) {
			all[r.version] = r.Streak
		}
	}
	return all, err
}

func judges(v evaluate.Verdict) bool {
	return v.Status != evaluate.Inconclusive && v.Status != evaluate.Errored
}

// tag is one of a version.
type tag struct{ version, key, value string }

// tags returns the tags last written until the tick, by version.
func (s *Store) tags(ctx context.Context, name string, tick time.Time) (map[string]map[string]string, error) {
	all := map[string]map[string]string{}
	about := call{file: "tags", subject: "read tags of " + name, args: args{"tick": tick}}
	rows, err := s.reads.tags.about(ctx, s, name, about, func(rows driver.Rows) (model string, t tag, err error) {
		err = rows.Scan(&model, &t.version, &t.key, &t.value)
		return model, t, err
	})
	for _, t := range rows {
		if all[t.version] == nil {
			all[t.version] = map[string]string{}
		}
		all[t.version][t.key] = t.value
	}
	return all, err
}

// courses returns how the leading performance detector of each version came
// along over its last blocks before the tick. last are the last verdicts.
func (s *Store) courses(ctx context.Context, name string, tick time.Time, last map[string]evaluate.Verdict) (map[string][]alerts.Point, error) {
	labelled := false
	for _, v := range last {
		labelled = labelled || !v.LabelsTo.IsZero()
	}
	if !labelled {
		return map[string][]alerts.Point{}, nil
	}
	about := call{file: "block_verdicts", subject: "read the last blocks of " + name, args: args{"tick": tick}}
	verdicts, err := s.reads.blocks.about(ctx, s, name, about, func(rows driver.Rows) (string, evaluate.Verdict, error) {
		var v evaluate.Verdict
		var kind []string
		var logM, peak, alert, page, demote []float64
		var since []time.Time
		if err := rows.Scan(&v.Ref.Name, &v.Ref.Version, &v.LabelsTo, &kind, &logM, &since, &peak, &alert, &page, &demote); err != nil {
			return "", v, err
		}
		v.LabelsTo = v.LabelsTo.UTC()
		for i := range kind {
			v.Evidence = append(v.Evidence, evaluate.Evidence{
				Kind: evaluate.Kind(kind[i]), LogM: logM[i], Since: known(since[i]), Peak: peak[i], Alert: alert[i], Page: page[i], Demote: demote[i],
			})
		}
		return v.Ref.Name, v, nil
	})
	blocks := map[string][]evaluate.Verdict{}
	for _, v := range verdicts {
		blocks[v.Ref.Version] = append(blocks[v.Ref.Version], v)
	}
	courses := make(map[string][]alerts.Point, len(blocks))
	for version, verdicts := range blocks {
		courses[version] = alerts.Course(verdicts)
	}
	return courses, err
}
