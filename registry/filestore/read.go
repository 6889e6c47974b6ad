package filestore

import (
	"context"
	"fmt"
	"slices"
	"sync"

	"github.com/driftd/driftd/internal/model"
	"github.com/driftd/driftd/registry"
)

// Registry is the registry in one file. It is safe for concurrent use, also by
// several processes.
type Registry struct {
	path string
	turn chan struct{} // holds one while a change of this process is made

	mu      sync.Mutex
	text    []byte   // of the file when it was read or written last; nil: there was none
	content *content // what it says; nil: it was never read
}

var _ registry.Registry = (*Registry)(nil)

// New returns a registry that reads the file at every call and touches nothing yet.
func New(cfg Config) (*Registry, error) {
	if err := cfg.Validate(); err != nil {
		return nil, err
	}
	return &Registry{path: cfg.Path, turn: make(chan struct{}, 1)}, nil
}

// Model reads a model's tags and who holds its slots.
func (r *Registry) Model(_ context.Context, name string) (registry.Model, error) {
	c, err := r.load()
	if err != nil {
		return registry.Model{}, err
	}
	return c.model(name)
}

// Serving returns the version that holds the slot, or registry.ErrNoHolder.
func (r *Registry) Serving(ctx context.Context, name string, slot registry.Slot) (model.Ref, error) {
	if err := slot.Validate(); err != nil {
		return model.Ref{}, err
	}
	m, err := r.Model(ctx, name)
	if err != nil {
		return model.Ref{}, err
	}
	return m.Holder(slot)
}

// Holders lists the holder of the slot: the file has room for one.
func (r *Registry) Holders(ctx context.Context, name string, slot registry.Slot) ([]model.Ref, error) {
	return registry.SoleHolder(r.Serving(ctx, name, slot))
}

// Version reads one version.
func (r *Registry) Version(_ context.Context, ref model.Ref) (registry.Version, error) {
	c, err := r.load()
	if err != nil {
		return registry.Version{}, err
	}
	return c.version(ref)
}

// Versions lists a model's versions, newest first.
func (r *Registry) Versions(_ context.Context, name string) ([]registry.Version, error) {
	c, err := r.load()
	if err != nil {
		return nil, err
	}
	return c.versions(name)
}

func (c *content) versions(name string) ([]registry.Version, error) {
	if _, err := c.model(name); err != nil {
		return nil, err
	}
	var all []registry.Version
	for number := range c.Models[name].Versions {
		v, err := c.version(model.Ref{Name: name, Version: number})
		if err != nil {
			return nil, err
		}
		v.Metrics = nil // as the port says
		all = append(all, v)
	}
	slices.SortFunc(all, func(a, b registry.Version) int { return registry.CompareVersions(b.Version, a.Version) })
	return all, nil
}

// Resolve turns a version number, a run id or a logged model id into a version.
// A logged model is recognised by the source "models:/<id>".
func (r *Registry) Resolve(_ context.Context, name, id string) (model.Ref, error) {
	kind, err := registry.ParseID(id)
	if err != nil {
		return model.Ref{}, err
	}
	c, err := r.load()
	if err != nil {
		return model.Ref{}, err
	}
	if kind == registry.VersionID {
		v, err := c.version(model.Ref{Name: name, Version: id})
		return v.Ref, err
	}
	all, err := c.versions(name)
	if err != nil {
		return model.Ref{}, err
	}
	found, ok := registry.FindID(all, id)
	if !ok {
		return model.Ref{}, fmt.Errorf("resolve %s of model %s: %w", id, name, registry.ErrNotFound)
	}
	return found.Ref, nil
}
