package app

import (
	"context"
	"errors"
	"fmt"

	"github.com/driftd/driftd/registry"
)

// probe says whether one part of the daemon is ready: nil, or why not.
type probe struct {
	name  string
	check func(ctx context.Context) error
}

// probes are the parts without which nothing is watched. Slack is not among
// them: messages wait.
func (a *App) probes() []probe {
	probes := []probe{{"clickhouse", func(ctx context.Context) error {
		if !a.hasStarted() {
			return a.starting()
		}
		return a.store.Ping(ctx)
	}}}
	if a.config.Kafka != nil {
		probes = append(probes, probe{"kafka", func(context.Context) error {
			if !a.hasStarted() {
				return errors.New("not asked yet: clickhouse comes first")
			}
			if consumer := a.work.Load().consumer; consumer != nil {
				return consumer.Healthy()
			}
			return nil
		}})
	}
	return append(probes, probe{"registry", func(ctx context.Context) error {
		w := a.work.Load()
		_, err := w.registry.Model(ctx, w.config.Models[0].Policy.Model)
		if errors.Is(err, registry.ErrNotFound) {
			return nil
		}
		return err
	}})
}

func (a *App) hasStarted() bool {
	select {
	case <-a.started:
		return true
	default:
		return false
	}
}

// starting says why the store cannot be used yet.
func (a *App) starting() error {
	if err := a.obstacle.Load(); err != nil {
		return fmt.Errorf("not usable yet: %w", *err)
	}
	return errors.New("starting")
}
