package registrytest

import (
	"context"
	"errors"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/driftd/driftd/internal/model"
	"github.com/driftd/driftd/registry"
)

func testServing(t *testing.T, f Fixture) {
	ctx := context.Background()
	refs := register(t, f, 2)
	for _, slot := range slots {
		_, err := f.Serving(ctx, Name(), slot)
		wantError(t, "missing model, "+slot.String(), err, registry.ErrNotFound)
		_, err = f.Serving(ctx, refs[0].Name, slot)
		wantError(t, "empty "+slot.String(), err, registry.ErrNoHolder)
		f.Assign(t, slot, refs[0])
		wantServing(t, f, slot, refs[0])
		f.Assign(t, slot, refs[1])
		wantServing(t, f, slot, refs[1])
	}
	for _, slot := range slots {
		if held, err := f.Holders(ctx, refs[0].Name, slot); err != nil || !cmp.Equal(held, refs[1:]) {
			t.Errorf("holders of %s: %v, error %v, want %v", slot, held, err, refs[1:])
		}
		if held, err := f.Holders(ctx, register(t, f, 1)[0].Name, slot); err != nil || len(held) != 0 {
			t.Errorf("holders of an empty %s: %v, error %v", slot, held, err)
		}
		_, err := f.Holders(ctx, Name(), slot)
		wantError(t, "missing model, holders of "+slot.String(), err, registry.ErrNotFound)
	}
	m, err := f.Model(ctx, refs[0].Name)
	if err != nil {
		t.Fatal(err)
	}
	want := registry.Model{
		Name: refs[0].Name, Tags: map[string]string{},
		Aliases: map[string]string{"champion": "2"}, Stages: map[string]string{"Production": "2"},
	}
	if diff := cmp.Diff(want, m); diff != "" {
		t.Errorf("model (-want +got):\n%s", diff)
	}
	_, err = f.Model(ctx, Name())
	wantError(t, "missing model", err, registry.ErrNotFound)
}

func testVersion(t *testing.T, f Fixture) {
	ctx := context.Background()
	given := registry.Version{
		Ref: model.Ref{Name: Name()}, Description: "trained on September",
		Tags: map[string]string{"validation_status": "passed"}, Metrics: map[string]float64{"auc": 0.91, "accuracy": 0.875},
	}
	made := f.Register(t, given, nil)
	f.Assign(t, champion, made.Ref)
	f.Assign(t, production, made.Ref)
	got, err := f.Version(ctx, made.Ref)
	if err != nil {
		t.Fatal(err)
	}
	want := registry.Version{
		Ref: model.Ref{Name: given.Name, Version: "1"}, RunID: made.RunID, Status: registry.StatusReady, Source: made.Source,
		Description: given.Description, CreatedAt: got.CreatedAt, Tags: given.Tags, Aliases: []string{"champion"},
		Stage: "Production", Metrics: given.Metrics,
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("version (-want +got):\n%s", diff)
	}
	if got.CreatedAt.IsZero() || got.CreatedAt.Location().String() != "UTC" {
		t.Errorf("created at %v, want a time in UTC", got.CreatedAt)
	}
	_, err = f.Version(ctx, model.Ref{Name: given.Name, Version: "99"})
	wantError(t, "missing version", err, registry.ErrNotFound)
	_, err = f.Version(ctx, model.Ref{Name: Name(), Version: "1"})
	wantError(t, "missing model", err, registry.ErrNotFound)
	if _, err = f.Version(ctx, model.Ref{Name: given.Name, Version: "one"}); err == nil || errors.Is(err, registry.ErrNotFound) {
		t.Errorf("version that is no number: error %v, want one that does not say it is missing", err)
	}
}

func testVersions(t *testing.T, f Fixture) {
	refs := register(t, f, 11) // 10 is newer than 9, although not as text
	f.Assign(t, champion, refs[3])
	got, err := f.Versions(context.Background(), refs[0].Name)
	if err != nil {
		t.Fatal(err)
	}
	var order []model.Ref
	for _, v := range got {
		order = append(order, v.Ref)
		if want := v.Ref == refs[3]; slices.Equal(v.Aliases, []string{"champion"}) != want {
			t.Errorf("%v has aliases %v", v.Ref, v.Aliases)
		}
	}
	slices.Reverse(order)
	if diff := cmp.Diff(refs, order); diff != "" {
		t.Errorf("versions, oldest first (-want +got):\n%s", diff)
	}
	_, err = f.Versions(context.Background(), Name())
	wantError(t, "missing model", err, registry.ErrNotFound)
}

func testResolve(t *testing.T, f Fixture) {
	ctx := context.Background()
	name := Name()
	ofModel := func(runID string) registry.Version {
		return f.Register(t, registry.Version{Ref: model.Ref{Name: name}, RunID: runID}, nil)
	}
	one := ofModel("")
	two := ofModel("")
	three := ofModel(two.RunID)
	for _, c := range []struct {
		what, id string
		want     model.Ref
	}{
		{"version", "2", two.Ref},
		{"run", one.RunID, one.Ref},
		{"run of two versions is the newer", two.RunID, three.Ref},
	} {
		if got, err := f.Resolve(ctx, name, c.id); err != nil || got != c.want {
			t.Errorf("%s %s: got %v, error %v, want %v", c.what, c.id, got, err, c.want)
		}
	}
	f.Assign(t, champion, two.Ref)
	if got, err := f.Resolve(ctx, name, two.RunID); err != nil || got != two.Ref {
		t.Errorf("run of two versions, the older is champion: got %v, error %v, want %v", got, err, two.Ref)
	}
	for _, c := range []struct{ what, name, id string }{
		{"missing version", name, "99"},
		{"missing run", name, strings.Repeat("0f", 16)},
		{"missing logged model", name, "m-" + strings.Repeat("0f", 16)},
		{"run of another model", Name(), one.RunID},
	} {
		_, err := f.Resolve(ctx, c.name, c.id)
		wantError(t, c.what, err, registry.ErrNotFound)
	}
	for _, id := range []string{"", "champion", "007", "1.0", "-1", "m-1", strings.Repeat("9", 30), "' or name like '%"} {
		if got, err := f.Resolve(ctx, name, id); err == nil || errors.Is(err, registry.ErrNotFound) {
			t.Errorf("id %q: got %v, error %v, want one about its form", id, got, err)
		}
	}
}

func testArtifact(t *testing.T, f Fixture) {
	ctx := context.Background()
	v := f.Register(t, registry.Version{Ref: model.Ref{Name: Name()}}, map[string]string{
		"monitoring/baseline.json": `{"features":[]}`,
		"full.bin":                 strings.Repeat("x", registry.MaxArtifact),
		"large.bin":                strings.Repeat("x", registry.MaxArtifact+1),
	})
	for file, size := range map[string]int{"monitoring/baseline.json": 15, "full.bin": registry.MaxArtifact} {
		if got, err := f.Artifact(ctx, v.Ref, file); err != nil || len(got) != size {
			t.Errorf("%s: %d bytes, error %v, want %d", file, len(got), err, size)
		}
	}
	if got, err := f.Artifact(ctx, v.Ref, "large.bin"); !errors.Is(err, registry.ErrTooLarge) || !strings.Contains(err.Error(), "larger than 10485760 bytes") {
		t.Errorf("file above the limit: %d bytes, error %v", len(got), err)
	}
	_, err := f.Artifact(ctx, v.Ref, "monitoring/none.json")
	wantError(t, "missing file", err, registry.ErrNotFound)
	_, err = f.Artifact(ctx, v.Ref, "none/none.json")
	wantError(t, "missing directory", err, registry.ErrNotFound)
	_, err = f.Artifact(ctx, model.Ref{Name: v.Name, Version: "99"}, "full.bin")
	wantError(t, "missing version", err, registry.ErrNotFound)
	for _, path := range []string{"", ".", "/etc/passwd", "../registry.json", "a/../../b", `a\b`} {
		if _, err := f.Artifact(ctx, v.Ref, path); err == nil || !strings.Contains(err.Error(), "artifact path") {
			t.Errorf("path %q: error %v, want a refusal", path, err)
		}
	}
}
