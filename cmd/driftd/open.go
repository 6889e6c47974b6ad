package main

import (
	"context"
	"fmt"
	"time"

	"github.com/driftd/driftd/evaluate"
	"github.com/driftd/driftd/internal/clickhouse"
	"github.com/driftd/driftd/internal/terminal"
)

// openEvents are the events of a model that nothing could be made of yet.
type openEvents struct {
	model             string
	unresolved        []clickhouse.Unresolved
	from, to          time.Time // newest block of labels at the last tick
	outcomes, orphans uint64
}

// readOpenEvents reads how the model's events stood at its last tick, zero when
// none was judged.
func readOpenEvents(ctx context.Context, store *clickhouse.Store, p evaluate.Policy, tick time.Time) (openEvents, error) {
	o := openEvents{model: p.Model}
	var err error
	if o.unresolved, err = store.Unresolved(ctx, p.Model); err != nil {
		return o, err
	}
	var judged bool
	if o.from, o.to, judged = p.LabelBlock(tick); judged && !tick.IsZero() {
		o.outcomes, o.orphans, err = store.Orphans(ctx, p, o.from, o.to)
	}
	return o, err
}

func (o openEvents) print(screen *terminal.Screen) {
	if len(o.unresolved) > 0 {
		screen.Printf("\n%s: predictions of versions that the registry does not know (yet); they are judged once the model is registered:", o.model)
		rows := make([][]string, len(o.unresolved))
		for i, u := range o.unresolved {
			rows[i] = []string{u.ID, fmt.Sprint(u.Rows), moment(u.First), moment(u.Last)}
		}
		screen.Table([]string{"version in the events", "predictions", "first (UTC)", "last (UTC)"}, rows)
	}
	if o.orphans > 0 {
		screen.Printf("\n%s: %d of %d requests with an outcome from %s to %s UTC have no prediction.",
			o.model, o.orphans, o.outcomes, moment(o.from), moment(o.to))
	}
}
