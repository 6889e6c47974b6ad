package mlflow

import (
	"context"
	"fmt"

	"github.com/driftd/driftd/internal/model"
	"github.com/driftd/driftd/registry"
)

// Resolve turns a version number, a run id or a logged model id into a version.
func (r *Registry) Resolve(ctx context.Context, name, id string) (model.Ref, error) {
	if err := registry.CheckName(name); err != nil {
		return model.Ref{}, err
	}
	kind, err := registry.ParseID(id)
	if err != nil {
		return model.Ref{}, err
	}
	var found []registry.Version
	switch kind {
	case registry.VersionID:
		var v registry.Version
		v, err = r.version(ctx, model.Ref{Name: name, Version: id})
		found = []registry.Version{v}
	case registry.RunID:
		found, err = r.search(ctx, "name='"+name+"' and run_id='"+id+"'")
	case registry.LoggedModelID:
		found, err = r.search(ctx, "name='"+name+"' and source_path='models:/"+id+"'")
	}
	if err == nil && len(found) == 0 {
		err = registry.ErrNotFound
	}
	if err == nil && len(found) > 1 {
		var m registry.Model
		m, err = r.Model(ctx, name)
		addAliases(found, m)
	}
	if err != nil {
		return model.Ref{}, fmt.Errorf("resolve %s of model %s: %w", id, name, err)
	}
	return registry.Preferred(found).Ref, nil
}
