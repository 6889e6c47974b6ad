package registrytest

import (
	"context"
	"errors"
	"strings"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/driftd/driftd/internal/model"
	"github.com/driftd/driftd/registry"
)

func testAnnotate(t *testing.T, f Fixture) {
	ctx := context.Background()
	v := f.Register(t, registry.Version{Ref: model.Ref{Name: Name()}, Tags: map[string]string{"owner.team": "ml"}}, nil)
	annotate := func(tags map[string]string) {
		t.Helper()
		if err := f.Annotate(ctx, v.Ref, tags); err != nil {
			t.Fatal(err)
		}
	}
	want := func(tags map[string]string) {
		t.Helper()
		got, err := f.Version(ctx, v.Ref)
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(tags, got.Tags); diff != "" {
			t.Errorf("tags (-want +got):\n%s", diff)
		}
	}
	annotate(nil)
	want(map[string]string{"owner.team": "ml"})
	annotate(map[string]string{"driftd_health": "healthy", "driftd_reason": ""})
	want(map[string]string{"owner.team": "ml", "driftd_health": "healthy", "driftd_reason": ""})
	annotate(map[string]string{"driftd_health": `"degraded" 'ü' \ 😀`})
	want(map[string]string{"owner.team": "ml", "driftd_health": `"degraded" 'ü' \ 😀`, "driftd_reason": ""})
	annotate(map[string]string{"driftd_health": strings.Repeat("ü", 1001), "driftd_reason": strings.Repeat("ü", 1000)})
	want(map[string]string{"owner.team": "ml", "driftd_health": strings.Repeat("ü", 999) + "…", "driftd_reason": strings.Repeat("ü", 1000)})

	for _, key := range []string{"", "Health", "driftd-health", "a=b", "ü", strings.Repeat("k", 251)} {
		if err := f.Annotate(ctx, v.Ref, map[string]string{"driftd_health": "x", key: "y"}); err == nil {
			t.Errorf("key %q was accepted", key)
		}
	}
	want(map[string]string{"owner.team": "ml", "driftd_health": strings.Repeat("ü", 999) + "…", "driftd_reason": strings.Repeat("ü", 1000)})
	wantError(t, "missing version", f.Annotate(ctx, model.Ref{Name: v.Name, Version: "99"}, map[string]string{"a": "b"}), registry.ErrNotFound)
}

func testSwitch(t *testing.T, f Fixture) {
	for _, slot := range slots {
		refs := register(t, f, 3)
		f.Assign(t, slot, refs[2])
		if err := f.Switch(context.Background(), registry.Move{Slot: slot, Expect: refs[2], Target: refs[1]}); err != nil {
			t.Errorf("%s back to an older version: %v", slot, err)
		}
		wantServing(t, f, slot, refs[1])
		if err := f.Switch(context.Background(), registry.Move{Slot: slot, Expect: refs[1], Target: refs[2]}); err != nil {
			t.Errorf("%s to a newer version: %v", slot, err)
		}
		wantServing(t, f, slot, refs[2])
	}
}

func testSwitchRefused(t *testing.T, f Fixture) {
	ctx := context.Background()
	for _, slot := range slots {
		refs := register(t, f, 4)
		name := refs[0].Name
		wantError(t, "empty "+slot.String(), f.Switch(ctx, registry.Move{Slot: slot, Expect: refs[0], Target: refs[1]}), registry.ErrNoHolder)
		wantError(t, "missing model", f.Switch(ctx, registry.Move{Slot: slot, Expect: model.Ref{Name: "no-" + name, Version: "1"}, Target: model.Ref{Name: "no-" + name, Version: "2"}}), registry.ErrNotFound)

		f.Assign(t, slot, refs[3])
		err := f.Switch(ctx, registry.Move{Slot: slot, Expect: refs[2], Target: refs[1]})
		wantError(t, "held by another", err, registry.ErrMoved)
		moved, ok := errors.AsType[*registry.MovedError](err)
		if !ok || moved.Holder != refs[3] {
			t.Errorf("held by another: error %#v, want the holder %v in it", err, refs[3])
		}
		want := "move " + slot.String() + " to " + name + "@2: held by " + name + "@4, expected " + name + "@3"
		if err != nil && err.Error() != want {
			t.Errorf("error text:\n got %s\nwant %s", err, want)
		}
		wantServing(t, f, slot, refs[3])

		wantError(t, "missing target", f.Switch(ctx, registry.Move{Slot: slot, Expect: refs[3], Target: model.Ref{Name: name, Version: "99"}}), registry.ErrNotFound)
		wantServing(t, f, slot, refs[3])

		for what, pair := range map[string][2]model.Ref{
			"target is the holder":   {refs[3], refs[3]},
			"target without version": {refs[3], {Name: name}},
			"nothing expected":       {{}, refs[1]},
			"target of other model":  {refs[3], {Name: "other", Version: "1"}},
		} {
			if err := f.Switch(ctx, registry.Move{Slot: slot, Expect: pair[0], Target: pair[1]}); err == nil {
				t.Errorf("%s: switched", what)
			}
		}
		wantServing(t, f, slot, refs[3])
	}
	refs := register(t, f, 2)
	for _, slot := range []registry.Slot{
		{}, {Kind: registry.Alias}, {Kind: registry.Alias, Name: "latest"}, {Kind: registry.Alias, Name: "v2"}, {Kind: registry.Alias, Name: "a b"},
		{Kind: registry.Stage, Name: "Archived"}, {Kind: registry.Stage, Name: "production"},
	} {
		if err := f.Switch(ctx, registry.Move{Slot: slot, Expect: refs[0], Target: refs[1]}); err == nil {
			t.Errorf("slot %v: switched", slot)
		}
		if _, err := f.Serving(ctx, refs[0].Name, slot); err == nil || errors.Is(err, registry.ErrNoHolder) {
			t.Errorf("serving in slot %v: error %v, want one about the slot", slot, err)
		}
	}
}

// Twenty switches at once: one wins, the others see that they lost, nothing is held twice.
func testSwitchRace(t *testing.T, f Fixture) {
	const racers = 20
	for _, slot := range slots {
		refs := register(t, f, racers+1)
		f.Assign(t, slot, refs[racers])
		errs := make([]error, racers)
		var wg sync.WaitGroup
		for i := range racers {
			wg.Go(func() {
				errs[i] = f.Switch(context.Background(), registry.Move{Slot: slot, Expect: refs[racers], Target: refs[i]})
			})
		}
		wg.Wait()
		winner := -1
		for i, err := range errs {
			switch {
			case err != nil:
				wantError(t, "loser", err, registry.ErrMoved)
			case winner >= 0:
				t.Errorf("%s: %v and %v both won", slot, refs[winner], refs[i])
			default:
				winner = i
			}
		}
		if winner < 0 {
			t.Fatalf("%s: nobody won", slot)
		}
		wantServing(t, f, slot, refs[winner])
	}
}

func testNames(t *testing.T, f Fixture) {
	for _, name := range []string{"", " ", "a'b", `a"b`, "a`b", `a\b`, "a/b", "a:b", "a\nb", "..", "a\xff", strings.Repeat("n", 256)} {
		if _, err := f.Model(context.Background(), name); err == nil || !strings.Contains(err.Error(), "model name") {
			t.Errorf("model %q: error %v, want a refusal of the name", name, err)
		}
		if _, err := f.Resolve(context.Background(), name, strings.Repeat("0f", 16)); err == nil || errors.Is(err, registry.ErrNotFound) {
			t.Errorf("resolve in model %q: error %v, want a refusal of the name", name, err)
		}
	}
}
