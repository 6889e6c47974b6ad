package main

import (
	"bytes"
	"encoding/json"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/driftd/driftd/evaluate"
	"github.com/driftd/driftd/internal/model"
	"github.com/driftd/driftd/internal/terminal"
)

func TestWindowsStandSideBySide(t *testing.T) {
	end := time.Date(2026, time.September, 9, 0, 0, 0, 0, time.UTC)
	v := evaluate.Verdict{Ref: model.Ref{Name: "churn", Version: "3"}, DriftTo: end, Tick: end.Add(time.Hour)}
	x := func(x float64) *float64 { return &x }
	result := func(check, feature, against string, value float64, reason string) evaluate.Result {
		return evaluate.Result{Check: check, Feature: feature, Against: against, To: end, Value: x(value), Limit: x(0.1), Reason: reason}
	}
	old := result("psi", "tenure", "", 9, "")
	old.To = end.AddDate(0, 0, -1)
	slice := result("psi", "tenure", "", 9, "")
	slice.Segment = "eu"
	rows := sideBySide(v, []evaluate.Result{
		old, slice, result("auc", "", "2", 0.9, ""), result("psi", "plan", "", 0.01, ""), result("psi", "tenure", "", 0.4, ""),
		result("psi", "tenure", evaluate.SameHours, 0.9, evaluate.ReasonMoved), result("psi", "tenure", evaluate.SameHours, 0.02, ""), // judged anew
		result("psi", "tenure", evaluate.Previous, 0.3, evaluate.ReasonMoved),
	})
	want := []beside{
		{Feature: "plan", Check: "psi", Limit: x(0.1), Reference: x(0.01)},
		{Feature: "tenure", Check: "psi", Limit: x(0.1), Reference: x(0.4), SameHours: x(0.02), Previous: x(0.3), Moved: []string{evaluate.Previous}},
	}
	if diff := cmp.Diff(want, rows); diff != "" {
		t.Fatalf("rows (-want +got):\n%s", diff)
	}
	text, err := json.Marshal(rows[1])
	if want := `{"feature":"tenure","check":"psi","limit":0.1,"reference":0.4,"same_hours":0.02,"previous":0.3,"moved":["previous"]}`; err != nil || string(text) != want {
		t.Errorf("as JSON %s, %v", text, err)
	}
	var out bytes.Buffer
	explainBeside(terminal.New(&out), evaluate.Trailing, rows)
	lines := strings.Split(strings.TrimSpace(out.String()), "\n")
	for i, want := range []string{"The last window beside", "series measure tolerated reference same hours previous", "tenure psi 0.1 0.4 0.02 0.3 moved", "plan psi 0.1 0.01 – –"} {
		if got := strings.Join(strings.Fields(lines[i]), " "); !strings.EqualFold(got[:min(len(got), len(want))], want) {
			t.Errorf("line %d: %q, want %q", i, got, want)
		}
	}
}
