package filestore

import (
	"path/filepath"
	"testing"

	"github.com/driftd/driftd/registry/registrytest"
)

// fresh returns an empty registry in a directory of its own.
func fresh(t *testing.T) (r *Registry, path string) {
	t.Helper()
	path = filepath.Join(t.TempDir(), "registry.json")
	r, err := New(Config{Path: path})
	if err != nil {
		t.Fatal(err)
	}
	return r, path
}

func TestPort(t *testing.T) {
	r, path := fresh(t)
	registrytest.Run(t, registrytest.InFile(r, filepath.Dir(path)))
}
