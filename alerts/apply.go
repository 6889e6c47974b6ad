package alerts

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"time"

	"github.com/driftd/driftd/internal/model"
	"github.com/prometheus/client_golang/prometheus"
)

// ErrNotLeading says that another replica may lead now: nothing more is done.
var ErrNotLeading = errors.New("this replica does not lead any more")

// What a Switch may end with beside success and an ordinary error, which says
// that nothing was changed.
var (
	// ErrMoved: somebody else holds the slot now; nothing was changed.
	ErrMoved = errors.New("slot was moved by somebody else")
	// ErrUncertain: the slot may have been moved; nobody could tell. The intent
	// stays open and the next tick finds out.
	ErrUncertain = errors.New("outcome unknown")
)

// Registry is what applying a plan needs of the model registry.
type Registry interface {
	// Switch moves the slot to the action's To if its From holds it, and reads
	// it back. It returns nil, too, when To holds it already. Its error wraps
	// ErrMoved or ErrUncertain where these are the case.
	Switch(ctx context.Context, a Action) error
	// Annotate writes the tags that differ.
	Annotate(ctx context.Context, ref model.Ref, tags map[string]string) error
}

// Journal keeps what was done.
type Journal interface {
	SaveAction(ctx context.Context, a Action) error
	SaveIncident(ctx context.Context, i Incident) error
	// SaveTags keeps the tags as written to the registry at the tick.
	SaveTags(ctx context.Context, ref model.Ref, tick time.Time, tags map[string]string) error
}

// Notifier delivers an incident: posts it, or edits the message it has.
// It returns where the message is, also beside an error if it got that far.
// Delivering the same generation again must not make a second message.
type Notifier interface {
	Notify(ctx context.Context, i Incident) (Receipt, error)
}

// Traffic reads which version serves.
type Traffic interface {
	// Served counts predictions with role served in [from, to): all, those of
	// the version, and the first of the version.
	Served(ctx context.Context, ref model.Ref, from, to time.Time) (all, byRef uint64, first time.Time, err error)
}

// Leadership tells whether this replica still is the one that acts.
type Leadership interface {
	// Confirm returns until when nobody else can lead; an error that wraps
	// ErrNotLeading when the term is over, as far as anybody can tell.
	Confirm(ctx context.Context, epoch int32) (until time.Time, err error)
}

// Ports is what an Applier acts through. Notifier is nil when nothing is sent,
// Leadership when there can be only one replica, Slots when a slot that was moved
// is not read again after a while. Wait waits for that while.
type Ports struct {
	Leadership Leadership
	Registry   Registry
	Journal    Journal
	Notifier   Notifier
	Receivers  map[string]Receiver // by name
	Traffic    Traffic
	Slots      Slots
	Wait       func(ctx context.Context, d time.Duration) error
}

// Applier performs plans.
type Applier struct {
	ports   Ports
	log     *slog.Logger
	metrics *metrics
}

// NewApplier returns an Applier. It touches nothing until Apply.
func NewApplier(p Ports, log *slog.Logger, reg prometheus.Registerer) *Applier {
	a := &Applier{ports: p, log: log.With("component", "alerts"), metrics: newMetrics(reg)}
	for name := range p.Receivers {
		a.metrics.receiver(name)
	}
	return a
}

// Apply performs the lines in order. A line that fails does not keep the
// others from being tried: it is logged and counted here, and all errors are
// returned together once everything was tried. Only a replica that does not lead
// any more stops at once: who leads goes on. Applying the plan of the same
// tick again, after a crash at any point, repeats nothing that was done: past
// must be what the journal holds.
func (a *Applier) Apply(ctx context.Context, plan Plan, past Past) error {
	r := &run{Applier: a, plan: plan, past: past, actions: map[string]Action{}}
	a.metrics.known(plan.Model)
	var errs []error
	for _, line := range plan.Lines {
		if err := ctx.Err(); err != nil {
			errs = append(errs, err)
			break
		}
		led, release, err := r.leading(ctx)
		if err != nil {
			errs = append(errs, err)
			break
		}
		a.metrics.decided(plan.Model, line)
		err = r.perform(led, line)
		release()
		if err != nil {
			a.log.Error("line of the plan failed", "model", plan.Model, "version", line.Ref.Version, "tick", plan.Tick, "action", line.What, "reason", line.Reason, "err", err)
			errs = append(errs, fmt.Errorf("%s %s: %w", line.What, line.Ref, err))
		}
	}
	if err := r.readBack(ctx); err != nil {
		errs = append(errs, fmt.Errorf("read back: %w", err))
	}
	return errors.Join(errs...)
}

// run is one Apply.
type run struct {
	*Applier
	plan    Plan
	past    Past
	actions map[string]Action // by id: how far they are after this plan
	moved   []string          // ids of those that have moved their slot now
}

// leading asks anew whether this replica leads, before whatever two must not do.
// The context ends when another one may.
func (r *run) leading(ctx context.Context) (context.Context, context.CancelFunc, error) {
	if r.ports.Leadership == nil || r.plan.Epoch == 0 {
		return ctx, func() {}, nil
	}
	until, err := r.ports.Leadership.Confirm(ctx, r.plan.Epoch)
	if err != nil {
		return ctx, func() {}, err
	}
	ctx, release := context.WithDeadline(ctx, until)
	return ctx, release, nil
}

func (r *run) perform(ctx context.Context, line Line) error {
	switch line.What {
	case Verify:
		return r.verify(ctx, line)
	case Demote:
		return r.demote(ctx, line)
	case Annotate:
		return r.annotate(ctx, line)
	case Tell:
		return r.tell(ctx, line)
	}
	return fmt.Errorf("no such kind of line")
}

// annotate writes the tags, then remembers that it did: forgetting costs one
// more read at the next tick, remembering what was not written would cost the tag.
func (r *run) annotate(ctx context.Context, line Line) error {
	if line.Action != nil && r.actions[line.Action.ID].Stage != Done {
		return nil
	}
	if err := r.ports.Registry.Annotate(ctx, line.Ref, line.Tags); err != nil {
		return fmt.Errorf("write %d tags: %w", len(line.Tags), err)
	}
	if err := r.ports.Journal.SaveTags(ctx, line.Ref, r.plan.Tick, line.Tags); err != nil {
		return fmt.Errorf("save %d tags: %w", len(line.Tags), err)
	}
	return nil
}
