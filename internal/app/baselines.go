package app

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"sync"

	"github.com/driftd/driftd/evaluate"
	"github.com/driftd/driftd/evaluate/baseline"
	"github.com/driftd/driftd/internal/model"
	"github.com/driftd/driftd/registry"
)

// baselines reads what versions were trained on from the registry.
type baselines struct {
	registry registry.Artifacts
	log      *slog.Logger

	mu sync.Mutex
	// broken is what is wrong with the files that were read: a version's files
	// do not change. One that can be used is pinned and not asked for again; one
	// that is not there may still be logged.
	broken map[model.Ref]error
}

func newBaselines(r registry.Artifacts, log *slog.Logger) *baselines {
	return &baselines{registry: r, log: log.With("component", "baseline"), broken: map[model.Ref]error{}}
}

// Baseline implements [evaluate.Baselines].
func (b *baselines) Baseline(ctx context.Context, ref model.Ref) (baseline.Baseline, bool, error) {
	if kind, err := registry.ParseID(ref.Version); err != nil || kind != registry.VersionID || registry.CheckName(ref.Name) != nil {
		return baseline.Baseline{}, false, nil // no registry could have it
	}
	b.mu.Lock()
	err := b.broken[ref]
	b.mu.Unlock()
	if err != nil {
		return baseline.Baseline{}, false, err
	}
	ctx, cancel := context.WithTimeout(ctx, registryLimit)
	defer cancel()
	text, err := b.registry.Artifact(ctx, ref, baseline.Path)
	switch {
	case errors.Is(err, registry.ErrNotFound):
		return baseline.Baseline{}, false, nil
	case errors.Is(err, registry.ErrTooLarge):
		return baseline.Baseline{}, false, b.refuse(ref, err)
	case internal(err):
		// The server's own failure, not the way to it: for some artifact stores,
		// servers before 3.0 answer so for every file that is not there.
		b.log.Warn("registry fails to read whether there is a baseline: passed over, asked again until a reference is pinned", "model", ref.Name, "version", ref.Version, "err", err)
		return baseline.Baseline{}, false, fmt.Errorf("%w: %w", evaluate.ErrBaseline, err)
	case err != nil:
		b.log.Error("registry cannot say whether there is a baseline: no reference is pinned", "model", ref.Name, "version", ref.Version, "err", err)
		return baseline.Baseline{}, false, err
	}
	parsed, err := baseline.Parse(text)
	if err != nil {
		return baseline.Baseline{}, false, b.refuse(ref, fmt.Errorf("%s of %s: %w", baseline.Path, ref, err))
	}
	return parsed, true, nil
}

func internal(err error) bool {
	e, ok := errors.AsType[*registry.APIError](err)
	return ok && e.Status == http.StatusInternalServerError
}

// refuse remembers that the file cannot be used, and says so once.
func (b *baselines) refuse(ref model.Ref, err error) error {
	b.log.Error("baseline cannot be used, the next source of a reference is", "model", ref.Name, "version", ref.Version, "err", err)
	err = fmt.Errorf("%w: %w", evaluate.ErrBaseline, err)
	b.mu.Lock()
	b.broken[ref] = err
	b.mu.Unlock()
	return err
}
