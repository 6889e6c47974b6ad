package filestore

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"

	"github.com/driftd/driftd/internal/model"
	"github.com/driftd/driftd/registry"
)

// Artifact reads a file below the version's source directory.
func (r *Registry) Artifact(ctx context.Context, ref model.Ref, path string) ([]byte, error) {
	v, err := r.Version(ctx, ref)
	if err == nil {
		err = registry.CheckPath(path)
	}
	if err != nil {
		return nil, err
	}
	text, err := r.artifact(v.Source, path)
	if errors.Is(err, fs.ErrNotExist) {
		err = registry.ErrNotFound
	}
	if err != nil {
		return nil, fmt.Errorf("read %s of %s: %w", path, ref, err)
	}
	return text, nil
}

// artifact reads source/path; links that lead out of source are refused.
func (r *Registry) artifact(source, path string) ([]byte, error) {
	if source == "" {
		return nil, registry.ErrNotFound
	}
	if !filepath.IsAbs(source) {
		source = filepath.Join(filepath.Dir(r.path), source)
	}
	root, err := os.OpenRoot(source)
	if err != nil {
		return nil, err
	}
	defer root.Close()
	f, err := root.Open(path)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	text, err := io.ReadAll(io.LimitReader(f, registry.MaxArtifact+1))
	if err == nil && len(text) > registry.MaxArtifact {
		err = fmt.Errorf("file is larger than %d bytes: %w", registry.MaxArtifact, registry.ErrTooLarge)
	}
	return text, err
}
