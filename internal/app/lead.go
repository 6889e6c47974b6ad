package app

import (
	"context"
	"fmt"
	"time"

	"github.com/driftd/driftd/alerts"
	"github.com/driftd/driftd/ingest"
)

// lead runs the ticks while this replica is the one of the model's: those that
// read the topics together share the models, too.
func (l loop) lead(ctx context.Context) error {
	return l.work.consumer.Lead(ctx, l.model.Policy.Model, func(ctx context.Context, epoch int32) error {
		l.epoch = epoch
		defer l.work.ticks.froze(l.model.Policy.Model, false) // another one may unfreeze it
		return l.run(ctx)
	})
}

// leadership asks the consumer group who leads.
type leadership struct{ consumer *ingest.Consumer }

// Confirm implements [alerts.Leadership]. Who cannot tell does not lead.
func (l leadership) Confirm(ctx context.Context, epoch int32) (until time.Time, err error) {
	if until, err = l.consumer.Confirm(ctx, epoch); err != nil {
		return until, fmt.Errorf("%w: %w", alerts.ErrNotLeading, err)
	}
	return until, nil
}
