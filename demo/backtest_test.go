package demo_test

import (
	"encoding/json"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/driftd/driftd/demo"
)

// driftd runs a command on what the demo kept and reads its JSON.
func driftd(t *testing.T, binary, dir string, into any, args ...string) {
	t.Helper()
	out, err := exec.Command(binary, append(args, "--json", "-c", filepath.Join(dir, "driftd.yaml"))...).Output()
	if err != nil {
		t.Fatalf("driftd %s: %v\n%s", strings.Join(args, " "), err, out)
	}
	if err := json.Unmarshal(out, into); err != nil {
		t.Fatalf("driftd %s: %v\n%s", strings.Join(args, " "), err, out)
	}
}

// A backtest over what the demo stored has the demo's incidents and its one
// demotion, tick for tick and digit for digit; a recomputed verdict is the
// stored one; and afterwards everything is as before.
func replayed(t *testing.T, binary, dir string, s demo.Summary) {
	t.Helper()
	type happening struct {
		At                 time.Time
		What, State, Class string
		ID, Text           string
	}
	var before, after struct{ History []happening }
	driftd(t, binary, dir, &before, "history", demo.ModelName)

	var replay struct {
		Backtests []struct {
			Actions []struct {
				Tick      time.Time
				From      string `json:"from_version"`
				Stage     string
				LogM      float64 `json:"log_m"`
				Threshold float64
				Labels    uint64
			}
			Incidents []struct{ ID string }
			Seconds   float64
		}
	}
	driftd(t, binary, dir, &replay, "backtest")
	got := replay.Backtests[0]
	t.Logf("replayed in %.1f s", got.Seconds)
	if len(got.Actions) != 1 {
		t.Fatalf("actions %+v, want the demo's one", got.Actions)
	}
	want, a := s.Demotions[0], got.Actions[0]
	if "v"+a.From != want.Version || !a.Tick.Equal(want.At) || a.Stage != "effective" || a.LogM != want.Evidence || a.Threshold != want.Threshold || a.Labels != want.Labels {
		t.Errorf("the backtest demotes %+v, the demo did %+v", a, want)
	}
	var opened []string
	for _, h := range before.History {
		if h.What == "incident" && h.State == "opened" {
			opened = append(opened, h.ID)
		}
	}
	var told []string
	for _, i := range got.Incidents {
		told = append(told, i.ID)
	}
	if strings.Join(told, "\n") != strings.Join(opened, "\n") || len(told) < 3 {
		t.Errorf("the backtest opens\n%s\nthe demo opened\n%s", strings.Join(told, "\n"), strings.Join(opened, "\n"))
	}

	var again struct {
		Ticks []struct {
			Tick        time.Time
			Stored      bool
			Differences []string
			Verdicts    []struct{ Status string }
		}
	}
	day := want.At.Truncate(24 * time.Hour)
	driftd(t, binary, dir, &again, "evaluate", "--from", day.AddDate(0, 0, -12).Format(time.DateOnly), "--to", day.Format(time.DateOnly))
	if len(again.Ticks) != 12 {
		t.Errorf("%d ticks were evaluated, want 12", len(again.Ticks))
	}
	for _, r := range again.Ticks {
		if !r.Stored || len(r.Differences) > 0 || len(r.Verdicts) != 2 {
			t.Errorf("recomputed: %+v, want two verdicts as stored", r)
		}
	}
	driftd(t, binary, dir, &after, "history", demo.ModelName)
	if a, b := len(after.History), len(before.History); a != b || b == 0 {
		t.Errorf("the history has %d lines, %d before", a, b)
	}
	if left, err := filepath.Glob(filepath.Join(dir, "clickhouse", "data", "metadata", "*_scratch_*")); err != nil || len(left) > 0 {
		t.Errorf("%v is left, %v", left, err)
	}
}
