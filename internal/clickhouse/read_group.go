package clickhouse

import (
	"context"
	"maps"
	"slices"
	"time"

	"github.com/ClickHouse/clickhouse-go/v2/lib/driver"

	"github.com/driftd/driftd/alerts"
	"github.com/driftd/driftd/evaluate"
)

// reads are the statements about a model that a tick asks.
type reads struct {
	lastTick         asked[time.Time]
	started          asked[alerts.Serving]
	verdicts, blocks asked[evaluate.Verdict]
	references       asked[referenceKey]
	outlines         asked[struct{}]
	wholes           summed[*evaluate.Reference]
	reopened         asked[reopening]
	slots            asked[Holding]
	orders           asked[alerts.Order]
	given            asked[struct{}]
	unseen           asked[unseen]
	actions          asked[alerts.Action]
	incidents        asked[alerts.Incident]
	streaks          asked[streak]
	tags             asked[tag]
	lateLabels       asked[lateLabels]
	noted            asked[[]any]
	published        asked[evaluate.Published]
	counted          summed[[]evaluate.Held]
	counts           summed[windows]
	versionIDs       asked[versionID]
	known            asked[string]
	arrivals         asked[servedRows]
	outcomes         asked[bucketRows]
	rejects          asked[bucketRejects]
}

// asked is a statement about a model that answers for several: those that are asked
// about at a time, in all else alike. It takes {models:Array(String)}. One that reads the
// models' own tables is a branch for each, rendered with [branches].
type asked[T any] struct {
	summed[[]T]
}

// about returns the rows about the model, in the statement's order. row reads one and
// says about which model it is. Others may hold the same rows: they are not to be
// written to.
func (a *asked[T]) about(ctx context.Context, s *Store, name string, c call, row func(driver.Rows) (string, T, error)) ([]T, error) {
	all, err := a.under(ctx, s, referenceKey{model: name}, c, func(r driver.Rows, of func(referenceKey) *[]T) error {
		name, t, err := row(r)
		if of := of(referenceKey{model: name}); err == nil {
			*of = append(*of, t)
		}
		return err
	})
	return slices.Clip(all), err
}

// summed is a statement about counts under a reference, or about a model, that answers
// for several. It takes {models:Array(String)}, and where it is about references
// {versions:Array(String)} and {references:Array(String)} in the same order. T is what
// its rows about one of them come to.
type summed[T any] struct {
	line line[*answer[T]]
}

// answer is what one of those who ask together gets.
type answer[T any] struct {
	about referenceKey
	sum   T
}

// under returns what the rows about the key come to. row adds one to the sum of those
// about the key that it is about. Others may hold the same sum: it is not to be
// written to.
func (a *summed[T]) under(ctx context.Context, s *Store, key referenceKey, c call, row func(r driver.Rows, of func(referenceKey) *T) error) (T, error) {
	mine, shared := &answer[T]{about: key}, c.args
	err := a.line.join(ctx, s.turns, c, mine, func(ctx context.Context, group []*answer[T]) error {
		sums := make(map[referenceKey]*T, len(group))
		for _, g := range group {
			sums[g.about] = new(T)
		}
		keys := slices.SortedFunc(maps.Keys(sums), referenceKey.compare)
		c := c.over(keys)
		c.args = bindKeys(keys)
		maps.Copy(c.args, shared)
		err := s.read(ctx, c, func(r driver.Rows) error {
			return row(r, func(k referenceKey) *T {
				if sums[k] == nil {
					sums[k] = new(T) // nobody's
				}
				return sums[k]
			})
		})
		if err != nil {
			return err
		}
		for _, g := range group {
			g.sum = *sums[g.about]
		}
		return nil
	})
	return mine.sum, err
}

// branches is what a statement is rendered with that has one for each model.
type branches struct {
	Tables []string // in the order of {models:Array(String)}
	Names  any      // of the call
}

// over returns the call as it is over the models' own tables.
func (c call) over(keys []referenceKey) call {
	if c.own {
		b := branches{Names: c.names}
		for _, k := range keys {
			b.Tables = append(b.Tables, predictionsTable(k.model))
		}
		c.names = b
	}
	return c
}

// bindKeys returns the arguments that name these keys, which are all about models or
// all about references.
func bindKeys(keys []referenceKey) args {
	var models, versions, references []string
	for _, k := range keys {
		models, versions, references = append(models, k.model), append(versions, k.version), append(references, k.id)
	}
	if keys[0].id == "" {
		return args{"models": models}
	}
	return args{"models": models, "versions": versions, "references": references}
}
