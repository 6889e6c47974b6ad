package filestore

import (
	"os"
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

// What was read belongs to whoever asked: the file is parsed once for all.
func TestWhatIsReadIsACopy(t *testing.T) {
	path := filepath.Join(t.TempDir(), "registry.json")
	text := `{"models": {"churn": {"tags": {"a": "1"}, "aliases": {"champion": "1"}, "versions": {"1": {"tags": {"b": "2"}}}}}}`
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	r, err := New(Config{Path: path})
	if err != nil {
		t.Fatal(err)
	}
	for range 2 {
		m, err := r.Model(t.Context(), "churn")
		if err != nil || m.Tags["a"] != "1" || m.Aliases["champion"] != "1" {
			t.Fatalf("%+v, %v", m, err)
		}
		all, err := r.Versions(t.Context(), "churn")
		if err != nil || len(all) != 1 || all[0].Tags["b"] != "2" {
			t.Fatalf("%+v, %v", all, err)
		}
		m.Tags["a"], m.Aliases["champion"], all[0].Tags["b"] = "", "", ""
	}
}
