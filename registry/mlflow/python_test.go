package mlflow

import (
	"encoding/json"
	"os/exec"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/driftd/driftd/internal/parts"
	"github.com/driftd/driftd/registry"
)

// A person promotes with MLflow's own client, driftd takes it back, and the client
// reads what became of it.
func TestPythonClientReadsBack(t *testing.T) {
	for _, version := range parts.MLflowVersions() {
		t.Run(version, func(t *testing.T) {
			t.Parallel()
			s := seed{url: parts.MLflowOf(t, version)}
			refs := s.versions(t, 2)
			name := refs[0].Name
			python := func(what string) []byte {
				t.Helper()
				cmd := exec.CommandContext(t.Context(), parts.PythonOf(t, version), "testdata/people.py", what, s.url, name)
				var errs strings.Builder
				cmd.Stderr = &errs
				out, err := cmd.Output()
				if err != nil {
					t.Fatalf("%v: %s", err, errs.String())
				}
				return out
			}
			python("promote")

			r := client(t, s.url)
			for _, slot := range []registry.Slot{champion, production} {
				if held, err := r.Holders(t.Context(), name, slot); err != nil || !cmp.Equal(held, refs[1:]) {
					t.Fatalf("%s is held by %v, error %v, want %v", slot, held, err, refs[1:])
				}
				if err := r.Switch(t.Context(), registry.Move{Slot: slot, Expect: refs[1], Target: refs[0]}); err != nil {
					t.Fatal(err)
				}
			}
			reason := "paired auc −0.031 “vs” 2 " + strings.Repeat("ü", 2000)
			if err := r.Annotate(t.Context(), refs[1], map[string]string{"driftd_health": "demoted", "driftd_reason": reason}); err != nil {
				t.Fatal(err)
			}

			type state struct {
				Alias   string
				Stages  map[string]string
				Latest  []string
				Aliases map[string]any // versions are numbers or texts
				Tags    map[string]map[string]string
			}
			var got state
			if err := json.Unmarshal(python("read"), &got); err != nil {
				t.Fatal(err)
			}
			want := state{
				Alias: "1", Stages: map[string]string{"1": "Production", "2": "Archived"}, Latest: []string{"1"}, Aliases: got.Aliases,
				Tags: map[string]map[string]string{"1": {}, "2": {
					"validation_status": "passed", "driftd_health": "demoted", "driftd_reason": string([]rune(reason)[:registry.MaxTagValue-1]) + "…",
				}},
			}
			if diff := cmp.Diff(want, got); diff != "" {
				t.Errorf("what the client reads (-want +got):\n%s", diff)
			}
			if len(got.Aliases) != 1 {
				t.Errorf("aliases %v, want champion alone", got.Aliases)
			}
		})
	}
}
