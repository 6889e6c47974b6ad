package mlflow

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"path"
	"strings"

	"github.com/driftd/driftd/internal/model"
	"github.com/driftd/driftd/registry"
)

// Artifact reads a file of a version through the server, so that no storage
// credentials are needed.
func (r *Registry) Artifact(ctx context.Context, ref model.Ref, file string) ([]byte, error) {
	if err := checkRef(ref); err != nil {
		return nil, err
	}
	if err := registry.CheckPath(file); err != nil {
		return nil, err
	}
	// A server before 3.0 answers 500 for a missing file: not worth repeating.
	c := call{op: opGetArtifact, method: http.MethodGet, path: "/model-versions/get-artifact", repeat: ifRefused, limit: registry.MaxArtifact,
		query: url.Values{"name": {ref.Name}, "version": {ref.Version}, "path": {file}}}
	body, err := r.do(ctx, c)
	if e, ok := errors.AsType[*registry.APIError](err); ok && e.Status == http.StatusInternalServerError {
		if missing, lerr := r.missing(ctx, ref, file); lerr == nil && missing {
			err = registry.ErrNotFound
		}
	}
	if err != nil {
		return nil, fmt.Errorf("read %s of %s: %w", file, ref, err)
	}
	return body, nil
}

// missing looks whether the run that made the version lacks the file.
func (r *Registry) missing(ctx context.Context, ref model.Ref, file string) (bool, error) {
	v, err := r.version(ctx, ref)
	if err != nil {
		return false, err
	}
	_, below, ok := strings.Cut(v.Source, "/artifacts/")
	if !ok || v.RunID == "" {
		return false, nil // not where a run keeps its files
	}
	full := path.Join(below, file)
	var answer struct {
		Files []struct{ Path string } `json:"files"`
	}
	query := url.Values{"run_id": {v.RunID}, "path": {path.Dir(full)}}
	if err := r.read(ctx, get(opListArtifacts, "artifacts/list", query), &answer); err != nil {
		return false, err
	}
	for _, f := range answer.Files {
		if f.Path == full {
			return false, nil
		}
	}
	return true, nil
}
