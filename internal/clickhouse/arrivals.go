package clickhouse

import (
	"cmp"
	"context"
	"fmt"
	"maps"
	"slices"
	"time"

	"github.com/ClickHouse/clickhouse-go/v2/lib/driver"

	"github.com/driftd/driftd/evaluate"
)

// Arrivals implements [evaluate.Arrivals]. Rejects that were replayed count as
// the events that they are now; rows of files are not counted as rejects. A message
// whose model cannot be read counts for every model whose predictions came from its
// topic within the week before, or on that day.
func (s *Store) Arrivals(ctx context.Context, p evaluate.Policy, buckets []time.Time) ([]evaluate.Arrival, error) {
	if len(buckets) == 0 {
		return nil, nil
	}
	came := arrivals{s, p, buckets, map[int64]*evaluate.Arrival{}}
	// What models ask together first: they come to it together.
	for _, read := range []func(context.Context) error{came.outcomes, came.rejects, came.predictions} {
		if err := read(ctx); err != nil {
			return nil, err
		}
	}
	all := make([]evaluate.Arrival, 0, len(came.in))
	for _, number := range slices.Sorted(maps.Keys(came.in)) {
		all = append(all, *came.in[number])
	}
	return all, nil
}

// arrivals are what came for one model in the buckets that are asked for, by number.
type arrivals struct {
	store   *Store
	policy  evaluate.Policy
	buckets []time.Time
	in      map[int64]*evaluate.Arrival
}

// bucket returns the one with the number.
func (a arrivals) bucket(number int64) *evaluate.Arrival {
	if a.in[number] == nil {
		a.in[number] = &evaluate.Arrival{Bucket: bucketStart(number, a.policy.Bucket)}
	}
	return a.in[number]
}

// call is a statement about the buckets.
func (a arrivals) call(file, what string) call {
	from, to := stretches(a.buckets, a.policy.Bucket)
	return call{
		file:    file,
		subject: fmt.Sprintf("count the %s of %s in %d buckets from %s", what, a.policy.Model, len(a.buckets), a.buckets[0].Format(time.RFC3339)),
		names:   map[string]any{"From": from},
		args:    args{"from": from, "to": to, "bucket": a.policy.Bucket.Milliseconds()},
	}
}

// predictions adds those that were stored, of every version.
func (a arrivals) predictions(ctx context.Context) error {
	c := a.call("arrivals", "predictions")
	c.own = true
	rows, err := a.store.reads.arrivals.about(ctx, a.store, a.policy.Model, c, func(rows driver.Rows) (model string, b servedRows, err error) {
		err = rows.Scan(&model, &b.number, &b.served, &b.rows)
		return model, b, err
	})
	for _, r := range rows {
		a.bucket(r.number).Served = r.served
		a.bucket(r.number).Events += r.rows
	}
	return err
}

// bucketRows are how many rows of a kind a bucket has.
type bucketRows struct {
	number int64
	rows   uint64
}

// servedRows are predictions, and how many of them were served.
type servedRows struct {
	bucketRows
	served uint64
}

func (a arrivals) outcomes(ctx context.Context) error {
	rows, err := a.store.reads.outcomes.about(ctx, a.store, a.policy.Model, a.call("came_outcomes", "outcomes"), func(rows driver.Rows) (model string, b bucketRows, err error) {
		err = rows.Scan(&model, &b.number, &b.rows)
		return model, b, err
	})
	for _, r := range rows {
		a.bucket(r.number).Events += r.rows
	}
	return err
}

// bucketRejects are how many messages of a bucket could not be read for a reason:
// those of the model or, with their topic, those of a day of which nobody can tell.
type bucketRejects struct {
	bucketRows
	reason string
	from   topicDay
}

type topicDay struct {
	topic string
	day   uint16 // since 1970
}

func (a arrivals) rejects(ctx context.Context) error {
	rows, err := a.store.reads.rejects.about(ctx, a.store, a.policy.Model, a.call("came_rejects", "rejects"), func(rows driver.Rows) (model string, r bucketRejects, err error) {
		err = rows.Scan(&model, &r.number, &r.reason, &r.from.topic, &r.from.day, &r.rows)
		return model, r, err
	})
	if err != nil {
		return err
	}
	var ours map[topicDay]bool
	if slices.ContainsFunc(rows, func(r bucketRejects) bool { return r.from.topic != "" }) {
		if ours, err = a.topics(ctx); err != nil {
			return err
		}
	}
	reasons := map[int64]map[string]uint64{}
	for _, r := range rows {
		if r.from.topic != "" && !ours[r.from] {
			continue
		}
		if reasons[r.number] == nil {
			reasons[r.number] = map[string]uint64{}
		}
		reasons[r.number][r.reason] += r.rows
		a.bucket(r.number).Rejected += r.rows
	}
	for number, n := range reasons {
		a.bucket(number).Reason = slices.MaxFunc(slices.Sorted(maps.Keys(n)), func(x, y string) int { return cmp.Compare(n[x], n[y]) })
	}
	return nil
}

// topics returns the days on which a message of a topic may be the model's.
func (a arrivals) topics(ctx context.Context) (map[topicDay]bool, error) {
	ours := map[topicDay]bool{}
	err := a.store.readInTurn(ctx, call{
		file: "topics", subject: "list the topics of " + a.policy.Model, names: predictionsTable(a.policy.Model),
		args: args{"from": a.buckets[0], "to": a.buckets[len(a.buckets)-1].Add(a.policy.Bucket)},
	}, func(rows driver.Rows) error {
		var d topicDay
		err := rows.Scan(&d.topic, &d.day)
		ours[d] = true
		return err
	})
	return ours, err
}

// stretches puts together ascending buckets that follow each other: from where
// and to where each stretch goes, in milliseconds.
func stretches(buckets []time.Time, length time.Duration) (from, to []int64) {
	for _, b := range buckets {
		start, end := b.UnixMilli(), b.Add(length).UnixMilli()
		if n := len(to); n > 0 && to[n-1] == start {
			to[n-1] = end
		} else {
			from, to = append(from, start), append(to, end)
		}
	}
	return from, to
}
