package app

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"time"

	"github.com/driftd/driftd/evaluate"
	"github.com/driftd/driftd/internal/clickhouse"
	"github.com/driftd/driftd/registry"
)

// resolver finds out, before a tick is judged, which versions the run ids and
// logged model ids in events stand for. It asks the registry only when there is
// an id it does not know, and then for all of them at once. An unreachable
// registry, or an id that is not registered yet, holds nothing up: the next tick
// asks again, and its predictions wait in the store. Where no id is left, the next
// ones are looked for when another bucket has closed: nothing is judged before.
type resolver struct {
	registry versionLister
	store    idStore
	log      *slog.Logger
	metrics  *eventMetrics
}

type versionLister interface {
	Versions(ctx context.Context, name string) ([]registry.Version, error)
}

type idStore interface {
	Unresolved(ctx context.Context, model string) ([]clickhouse.Unresolved, error)
	Resolve(ctx context.Context, model string, tick time.Time, ids []clickhouse.Unresolved, versions map[string]string) error
	Orphans(ctx context.Context, p evaluate.Policy, from, to time.Time) (outcomes, orphans uint64, err error)
}

// resolve resolves what can be and counts the rest. Its error is the store's.
func (r resolver) resolve(ctx context.Context, p evaluate.Policy, tick time.Time) error {
	name, closed := p.Model, p.Closed(tick)
	if r.metrics.resolved.at(name, closed) {
		return nil
	}
	ids, err := r.store.Unresolved(ctx, name)
	if err != nil {
		return err
	}
	versions := map[string]string{}
	if len(ids) > 0 {
		registered, err := r.registry.Versions(ctx, name)
		if err != nil && !errors.Is(err, registry.ErrNotFound) {
			r.log.Error("registry cannot be read", "component", "registry", "model", name, "tick", tick, "err", err)
		}
		for _, u := range ids {
			if v, ok := registry.FindID(registered, u.ID); ok {
				versions[u.ID] = v.Version
				r.log.Info("version resolved", "component", "registry", "model", name, "version", v.Version, "id", u.ID, "rows", u.Rows, "tick", tick)
			}
		}
		if err := r.store.Resolve(ctx, name, tick, ids, versions); err != nil {
			return err
		}
	}
	r.metrics.setUnresolved(name, closed, len(ids)-len(versions))
	return nil
}

// orphans counts the outcomes of the newest block of labels that nobody
// predicted.
func (r resolver) orphans(ctx context.Context, p evaluate.Policy, tick time.Time) error {
	from, to, ok := p.LabelBlock(tick)
	if !ok || r.metrics.counted.at(p.Model, to) {
		return nil
	}
	_, orphans, err := r.store.Orphans(ctx, p, from, to)
	if err != nil {
		return err
	}
	r.metrics.setOrphans(p.Model, to, orphans)
	if orphans > 0 {
		r.log.Info("outcomes without prediction", "component", "evaluate", "model", p.Model, "rows", orphans,
			"window", fmt.Sprintf("%s/%s", from.Format(time.RFC3339), to.Format(time.RFC3339)))
	}
	return nil
}
