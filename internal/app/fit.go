package app

import (
	"context"
	"errors"
	"slices"
	"sync"
	"time"

	"github.com/driftd/driftd/alerts"
	"github.com/driftd/driftd/evaluate"
	"github.com/driftd/driftd/internal/model"
	"github.com/driftd/driftd/registry"
)

// candidates are the versions that could take the slot over: earlier holders, the
// fallback, and those that people name.
func candidates(seen alerts.Serving, past []evaluate.Tenure, orders []alerts.Order) map[string]bool {
	all := map[string]bool{seen.Fallback: true}
	for _, t := range past {
		all[t.Version] = true
	}
	for _, o := range orders {
		all[o.To] = true
	}
	delete(all, "")
	delete(all, seen.Ref.Version)
	return all
}

// unfit says which candidates may not take over, as far as the registry tells; nil
// when all may.
func (w watcher) unfit(ctx context.Context, seen alerts.Serving, candidates map[string]bool, versions []registry.Version, tick time.Time) map[string]alerts.Reason {
	var unfit map[string]alerts.Reason
	for version := range candidates {
		if reason := w.refusal(ctx, seen.Ref, version, versions, tick); reason != "" {
			if unfit == nil {
				unfit = map[string]alerts.Reason{}
			}
			unfit[version] = reason
		}
	}
	return unfit
}

// refusal compares what the version reads with what requests carry. Where that
// is not known, because the serving version has no signature or the server does
// not reach its artifacts, nothing is known to be missing.
func (w watcher) refusal(ctx context.Context, serving model.Ref, version string, versions []registry.Version, tick time.Time) alerts.Reason {
	at := slices.IndexFunc(versions, func(v registry.Version) bool { return v.Version == version })
	switch {
	case at < 0:
		return alerts.BlockedDeleted
	case versions[at].Status != registry.StatusReady:
		return alerts.BlockedNotReady
	case serving.Version == "":
		return ""
	}
	given, err := w.inputs.of(ctx, serving, tick)
	if err != nil || len(given) == 0 {
		return ""
	}
	reads, err := w.inputs.of(ctx, versions[at].Ref, tick)
	switch {
	case errors.Is(err, registry.ErrSignature):
		return ""
	case err != nil:
		return alerts.BlockedUnread
	case !covers(given, reads):
		return alerts.BlockedInputs
	}
	return ""
}

// covers reports whether requests that carry the given inputs have all that is
// read, in the same kinds.
func covers(given, reads []registry.Input) bool {
	for _, in := range reads {
		if !slices.ContainsFunc(given, func(g registry.Input) bool { return g.Name == in.Name && g.Kind == in.Kind }) {
			return false
		}
	}
	return true
}

// inputs keeps what was read of signatures: a version never gets another. What
// could not be read is asked for again after an hour, so that a server that
// never answers is not waited for at every tick.
type inputs struct {
	artifacts registry.Artifacts
	mutex     sync.Mutex
	known     map[model.Ref]signature
}

type signature struct {
	inputs []registry.Input
	err    error
	at     time.Time
}

func newInputs(a registry.Artifacts) *inputs {
	return &inputs{artifacts: a, known: map[model.Ref]signature{}}
}

// of returns the inputs of the version; an error when it is not known what it reads.
func (i *inputs) of(ctx context.Context, ref model.Ref, tick time.Time) ([]registry.Input, error) {
	i.mutex.Lock()
	s, known := i.known[ref]
	i.mutex.Unlock()
	if known && (s.err == nil || tick.Sub(s.at) < time.Hour) {
		return s.inputs, s.err
	}
	ctx, cancel := context.WithTimeout(ctx, registryLimit)
	defer cancel()
	s.at = tick
	s.inputs, s.err = registry.Inputs(ctx, i.artifacts, ref)
	i.mutex.Lock()
	defer i.mutex.Unlock()
	i.known[ref] = s
	return s.inputs, s.err
}
