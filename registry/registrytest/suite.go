package registrytest

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"testing"

	"github.com/driftd/driftd/internal/model"
	"github.com/driftd/driftd/registry"
)

// Fixture is a registry and what people and training jobs do to it.
type Fixture struct {
	registry.Registry
	// Register adds a version with v's run (a new one if RunID is empty),
	// description, tags, metrics and these files, and returns it as it is now.
	Register func(t *testing.T, v registry.Version, files map[string]string) registry.Version
	// Assign puts a version into a slot whoever holds it.
	Assign func(t *testing.T, slot registry.Slot, ref model.Ref)
}

// Run runs the suite. The registry may hold anything: models have names of their own.
func Run(t *testing.T, f Fixture) {
	Read(t, f)
	t.Run("Annotate", func(t *testing.T) { testAnnotate(t, f) })
	t.Run("Switch", func(t *testing.T) { testSwitch(t, f) })
	t.Run("SwitchRefused", func(t *testing.T) { testSwitchRefused(t, f) })
	t.Run("SwitchRace", func(t *testing.T) { testSwitchRace(t, f) })
}

// Read runs the part of the suite that changes nothing through the port.
func Read(t *testing.T, f Fixture) {
	t.Run("Names", func(t *testing.T) { testNames(t, f) })
	t.Run("Serving", func(t *testing.T) { testServing(t, f) })
	t.Run("Version", func(t *testing.T) { testVersion(t, f) })
	t.Run("Versions", func(t *testing.T) { testVersions(t, f) })
	t.Run("Resolve", func(t *testing.T) { testResolve(t, f) })
	t.Run("Artifact", func(t *testing.T) { testArtifact(t, f) })
}

var (
	champion   = registry.Slot{Kind: registry.Alias, Name: "champion"}
	production = registry.Slot{Kind: registry.Stage, Name: "Production"}
	slots      = []registry.Slot{champion, production}
)

// Name returns a model name that no other test has.
func Name() string { return fmt.Sprintf("churn-%016x", rand.Uint64()) }

// register adds n versions of a new model.
func register(t *testing.T, f Fixture, n int) []model.Ref {
	t.Helper()
	name := Name()
	refs := make([]model.Ref, n)
	for i := range refs {
		refs[i] = f.Register(t, registry.Version{Ref: model.Ref{Name: name}}, nil).Ref
	}
	return refs
}

// wantServing fails unless ref holds the slot and is the only one to do so.
func wantServing(t *testing.T, f Fixture, slot registry.Slot, ref model.Ref) {
	t.Helper()
	got, err := f.Serving(context.Background(), ref.Name, slot)
	if err != nil || got != ref {
		t.Errorf("%s is held by %v (error %v), want %v", slot, got, err, ref)
	}
	versions, err := f.Versions(context.Background(), ref.Name)
	if err != nil {
		t.Fatal(err)
	}
	var holders []model.Ref
	for _, v := range versions {
		if slot.Kind == registry.Stage && v.Stage == slot.Name {
			holders = append(holders, v.Ref)
		}
		for _, alias := range v.Aliases {
			if slot.Kind == registry.Alias && alias == slot.Name {
				holders = append(holders, v.Ref)
			}
		}
	}
	if len(holders) != 1 || holders[0] != ref {
		t.Errorf("versions that say they hold %s: %v, want only %v", slot, holders, ref)
	}
}

func wantError(t *testing.T, what string, err, want error) {
	t.Helper()
	if !errors.Is(err, want) {
		t.Errorf("%s: error %v, want %v", what, err, want)
	}
}
