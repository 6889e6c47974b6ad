package mlflow

import (
	"context"
	"errors"
	"fmt"
	"net/url"
	"slices"

	"github.com/driftd/driftd/internal/model"
	"github.com/driftd/driftd/registry"
)

// Model reads a registered model. Its answer holds all aliases and the version
// each stage resolves to, so one request shows every slot.
func (r *Registry) Model(ctx context.Context, name string) (registry.Model, error) {
	if err := registry.CheckName(name); err != nil {
		return registry.Model{}, err
	}
	var answer struct {
		Model registeredModel `json:"registered_model"`
	}
	if err := r.read(ctx, get(opGetModel, "registered-models/get", url.Values{"name": {name}}), &answer); err != nil {
		return registry.Model{}, fmt.Errorf("read model %s: %w", name, err)
	}
	answer.Model.Name = name
	return answer.Model.asModel(), nil
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

// Holders lists every version in the slot, the newest first: that is what the
// server resolves a stage to.
func (r *Registry) Holders(ctx context.Context, name string, slot registry.Slot) ([]model.Ref, error) {
	if slot.Kind != registry.Stage {
		return registry.SoleHolder(r.Serving(ctx, name, slot))
	}
	if err := errors.Join(slot.Validate(), registry.CheckName(name)); err != nil {
		return nil, err
	}
	versions, err := r.search(ctx, "name='"+name+"'")
	if err != nil {
		return nil, fmt.Errorf("list holders of %s of %s: %w", slot, name, err)
	}
	var held []model.Ref
	for _, v := range versions {
		if v.Stage == slot.Name {
			held = append(held, v.Ref)
		}
	}
	if len(versions) == 0 { // nor would there be any of a model that does not exist
		_, err = r.Model(ctx, name)
	}
	slices.SortFunc(held, func(a, b model.Ref) int { return registry.CompareVersions(b.Version, a.Version) })
	return held, err
}

// Version reads one version and its offline metrics, in two or three requests.
func (r *Registry) Version(ctx context.Context, ref model.Ref) (registry.Version, error) {
	v, err := r.version(ctx, ref)
	if err != nil {
		return registry.Version{}, fmt.Errorf("read %s: %w", ref, err)
	}
	if v.Metrics, err = r.card(ctx, v); err != nil {
		return registry.Version{}, fmt.Errorf("read metrics of %s: %w", ref, err)
	}
	return v, nil
}

// version reads one version without its metrics.
func (r *Registry) version(ctx context.Context, ref model.Ref) (registry.Version, error) {
	if err := checkRef(ref); err != nil {
		return registry.Version{}, err
	}
	var answer struct {
		Version modelVersion `json:"model_version"`
	}
	query := url.Values{"name": {ref.Name}, "version": {ref.Version}}
	if err := r.read(ctx, get(opGetVersion, "model-versions/get", query), &answer); err != nil {
		return registry.Version{}, err
	}
	v := answer.Version.asVersion()
	if v.Version == "" {
		return registry.Version{}, fmt.Errorf("%s: answer holds no version", opGetVersion)
	}
	v.Name = ref.Name
	return v, nil
}

// checkRef reports a version the server would refuse as a malformed request,
// which must not look like one that is merely absent.
func checkRef(ref model.Ref) error {
	if err := registry.CheckName(ref.Name); err != nil {
		return err
	}
	if kind, err := registry.ParseID(ref.Version); err != nil || kind != registry.VersionID {
		return fmt.Errorf("version %q: want digits", ref.Version)
	}
	return nil
}

// Versions lists a model's versions, newest first.
func (r *Registry) Versions(ctx context.Context, name string) ([]registry.Version, error) {
	m, err := r.Model(ctx, name)
	if err != nil {
		return nil, err
	}
	versions, err := r.search(ctx, "name='"+name+"'")
	if err != nil {
		return nil, fmt.Errorf("list versions of %s: %w", name, err)
	}
	addAliases(versions, m)
	slices.SortFunc(versions, func(a, b registry.Version) int { return registry.CompareVersions(b.Version, a.Version) })
	return versions, nil
}

// addAliases completes search results, which come without aliases.
func addAliases(versions []registry.Version, m registry.Model) {
	for i, v := range versions {
		var held []string
		for alias, version := range m.Aliases {
			if version == v.Version {
				held = append(held, alias)
			}
		}
		slices.Sort(held)
		versions[i].Aliases = held
	}
}

// search returns all versions that a filter finds. Filters are plain text: only
// checked names and ids may be put into one.
func (r *Registry) search(ctx context.Context, filter string) ([]registry.Version, error) {
	const page = "1000"
	var found []registry.Version
	query := url.Values{"filter": {filter}, "max_results": {page}}
	for {
		var answer struct {
			Versions []modelVersion `json:"model_versions"`
			Next     string         `json:"next_page_token"`
		}
		if err := r.read(ctx, get(opSearchVersions, "model-versions/search", query), &answer); err != nil {
			return nil, err
		}
		for _, v := range answer.Versions {
			found = append(found, v.asVersion())
		}
		if answer.Next == "" || answer.Next == query.Get("page_token") || len(answer.Versions) == 0 {
			return found, nil
		}
		query.Set("page_token", answer.Next)
	}
}
