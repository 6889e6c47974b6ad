package app

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/driftd/driftd/internal/config"
)

// runWork runs the work until ctx ends or one of its parts cannot go on. When
// a reload hands over the next one, it takes the first one's place: what reads
// stops before what follows it starts, so that nothing is read twice.
func (a *App) runWork(ctx context.Context) error {
	w := a.work.Load()
	for {
		s := newStack(a.log)
		w.start(ctx, s, a)
		ended := make(chan error, 1)
		waiting, stop := context.WithCancel(ctx)
		go func() { ended <- s.wait(waiting) }()
		select {
		case err := <-ended:
			stop()
			return errors.Join(err, s.stop())
		case w = <-a.next:
			stop()
			// What is not ours to continue after an unclean stop ends the daemon.
			if err := errors.Join(<-ended, s.stop()); err != nil {
				return err
			}
			a.work.Store(w)
		}
	}
}

// Reload reads the configuration again and puts it into effect, or changes
// nothing and says why: everything that can fail is done first. What only a
// restart can change is named.
func (a *App) Reload(ctx context.Context) error {
	a.reloading.Lock()
	defer a.reloading.Unlock()
	w, err := a.prepareReload(ctx)
	if err == nil {
		err = a.replace(ctx, w)
	}
	a.reloads.ended(err)
	if err != nil {
		a.log.Error("configuration not reloaded, the old one stays in effect", "component", "reload", "err", err)
		return err
	}
	for _, warning := range w.config.Warnings {
		a.log.Warn("configuration", "component", "reload", "reason", warning.String())
	}
	a.log.Info("configuration reloaded", "component", "reload", "models", len(w.config.Models))
	return nil
}

// prepareReload makes the next work.
func (a *App) prepareReload(ctx context.Context) (*work, error) {
	select {
	case <-a.started:
	default:
		return nil, errors.New("driftd is still starting: ask again when it is ready")
	}
	switch {
	case a.options.Load == nil:
		return nil, errors.New("the configuration was not read from a file")
	case a.stepped != nil:
		return nil, errors.New("time is stepped (--clock-from): restart to change the configuration")
	}
	c, err := a.options.Load()
	if err != nil {
		return nil, err
	}
	if changed := config.Changes(a.work.Load().config, c, "clickhouse", "http", "log"); len(changed) > 0 {
		return nil, fmt.Errorf("only a restart changes %s: restart driftd, or take it back", strings.Join(changed, ", "))
	}
	w, err := newWork(c, a.log)
	if err != nil {
		return nil, err
	}
	if err := ensureModels(ctx, a.store, c.Models); err != nil {
		return nil, err
	}
	return w, w.attach(ctx, a.store, a.clock, a.waiting(), a.options.Observe)
}

// replace hands the work over and waits until it runs.
func (a *App) replace(ctx context.Context, w *work) error {
	select {
	case a.next <- w:
	case <-ctx.Done():
		return fmt.Errorf("hand over: %w", ctx.Err())
	}
	select {
	case <-w.running:
		return nil
	case <-a.stopped:
		return errors.New("driftd stopped meanwhile")
	}
}
