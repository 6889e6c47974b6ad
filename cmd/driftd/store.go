package main

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"time"

	"github.com/driftd/driftd/internal/app"
	"github.com/driftd/driftd/internal/clickhouse"
	"github.com/driftd/driftd/internal/config"
)

// forever is after every tick.
var forever = time.Date(2200, 1, 1, 0, 0, 0, 0, time.UTC)

// readStore opens the store for a command that only reads: it makes neither
// directories nor tables. done must be called.
func readStore(ctx context.Context, c config.Config) (*clickhouse.Store, func(), error) {
	if c.Engine != nil {
		if _, err := os.Stat(c.Engine.Path); err != nil {
			path, absErr := filepath.Abs(c.Engine.Path)
			if absErr != nil {
				path = c.Engine.Path
			}
			return nil, nil, fmt.Errorf("nothing is stored in %s yet: start `driftd run`, or name the right file with --config", path)
		}
	}
	store, done, err := app.OpenStore(ctx, c, briefLogger(c.Log))
	if err != nil {
		return nil, nil, err
	}
	if err := store.CheckSchema(ctx); err != nil {
		done()
		return nil, nil, err
	}
	return store, done, nil
}

// moment writes a time as people are shown it.
func moment(t time.Time) string { return t.UTC().Format("2006-01-02 15:04") }
