package registrytest

import (
	"context"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/driftd/driftd/internal/model"
	"github.com/driftd/driftd/registry"
)

// Editable is a registry that people change through the program itself.
type Editable interface {
	registry.Registry
	Register(ctx context.Context, v registry.Version) (model.Ref, error)
	Assign(ctx context.Context, slot registry.Slot, ref model.Ref) error
}

// InFile returns the fixture of a registry in a file, whose versions have their
// files in directories below dir.
func InFile(r Editable, dir string) Fixture {
	ctx := context.Background()
	return Fixture{
		Registry: r,
		Register: func(t *testing.T, v registry.Version, files map[string]string) registry.Version {
			t.Helper()
			if v.RunID == "" {
				v.RunID = fmt.Sprintf("%016x%016x", rand.Uint64(), rand.Uint64())
			}
			v.CreatedAt = time.Date(2026, 9, 1, 2, 0, 0, 0, time.FixedZone("", 7200))
			v.Source = fmt.Sprintf("files-%016x", rand.Uint64())
			for name, text := range files {
				file := filepath.Join(dir, v.Source, name)
				if err := os.MkdirAll(filepath.Dir(file), 0o755); err != nil {
					t.Fatal(err)
				}
				if err := os.WriteFile(file, []byte(text), 0o644); err != nil {
					t.Fatal(err)
				}
			}
			ref, err := r.Register(ctx, v)
			if err != nil {
				t.Fatal(err)
			}
			v.Ref = ref
			return v
		},
		Assign: func(t *testing.T, slot registry.Slot, ref model.Ref) {
			t.Helper()
			if err := r.Assign(ctx, slot, ref); err != nil {
				t.Fatal(err)
			}
		},
	}
}
