package main

import (
	"bufio"
	"context"
	"encoding/json"
	"fmt"
	"log/slog"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/driftd/driftd/internal/app"
	"github.com/driftd/driftd/internal/chengine"
	"github.com/driftd/driftd/internal/config"
	"github.com/driftd/driftd/internal/parts"
)

// loadFile writes n predictions as CSV, of which every thousandth has no score
// that is a number, and returns how many those are.
func loadFile(t *testing.T, path, prefix string, n int) (bad int) {
	t.Helper()
	f, err := os.Create(path)
	if err != nil {
		t.Fatal(err)
	}
	w := bufio.NewWriter(f)
	fmt.Fprintln(w, "prediction_id,timestamp,tenure,plan,score")
	start := time.Date(2026, 9, 1, 0, 0, 0, 0, time.UTC)
	for i := range n {
		score := fmt.Sprintf("%.3f", float64(i%1000)/1000)
		if i%1000 == 500 {
			score = "high"
			bad++
		}
		fmt.Fprintf(w, "%s%d,%s,%d,pro,%s\n", prefix, i, start.Add(time.Duration(i)*10*time.Second).Format(time.RFC3339), i%70, score)
	}
	if err := w.Flush(); err != nil {
		t.Fatal(err)
	}
	if err := f.Close(); err != nil {
		t.Fatal(err)
	}
	return bad
}

// `driftd load` is killed (SIGKILL) at random moments, with an engine of its own
// and with that of a running daemon, and run again until it ends: every row is
// there once, and the next run stores nothing.
func TestKilledLoadStoresEveryRowOnce(t *testing.T) {
	if testing.Short() {
		t.Skip("starts an engine again and again")
	}
	t.Setenv(chengine.LibraryEnv, parts.Library(t))
	seed := parts.Seed(t)
	rng := rand.New(rand.NewPCG(seed, seed))
	dir := t.TempDir()
	t.Chdir(dir)
	path := filepath.Join(dir, "driftd.yaml")
	text := `
clickhouse: {embedded: {path: data}}
registry: {file: registry.json}
http: {listen: "127.0.0.1:0"}
kafka: {brokers: ["127.0.0.1:9"], topics: [{name: unused, kind: outcomes}], flush: {rows: 4000}}
models: [{name: churn, task: binary, positive: "1", features: {tenure: number, plan: category}, labels: {maturity: 72h}, schedule: "0 0 1 1 *"}]
`
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	const rows = 120_000
	load := func(file string) *exec.Cmd {
		cmd := exec.Command("driftd", "load", "--kind", "predictions", "--model", "churn", "--version", "3", "--json", file)
		cmd.Stderr = t.Output()
		return cmd
	}
	finish := func(file string) app.Loaded {
		t.Helper()
		out, err := load(file).Output()
		if err != nil {
			t.Fatalf("load: %v\n%s", err, out)
		}
		var all []app.Loaded
		if err := json.Unmarshal(out, &all); err != nil || len(all) != 1 {
			t.Fatalf("%v: %s", err, out)
		}
		return all[0]
	}
	// storm kills runs after so many milliseconds.
	storm := func(file string, kills, least, most int) {
		t.Helper()
		bad := loadFile(t, file, file, rows)
		interrupted := 0
		for range kills {
			cmd := load(file)
			if err := cmd.Start(); err != nil {
				t.Fatal(err)
			}
			time.Sleep(time.Duration(least+rng.IntN(most-least)) * time.Millisecond)
			_ = cmd.Process.Kill()
			if cmd.Wait() != nil {
				interrupted++
			}
		}
		last := finish(file)
		t.Logf("%s: %d of %d runs killed; the last stored %d of %d rows in %.1f s", file, interrupted, kills, last.Read-last.Before, last.Read, last.Elapsed)
		if interrupted == 0 { // how many are is the machine's speed
			t.Error("nothing was killed: the storm was none")
		}
		// A row that was lost would be missing among those that count: a duplicate.
		if last.Read != rows || last.Stored != int64(rows-bad) || last.Rejected != int64(bad) || last.Duplicates != 0 || !last.Complete {
			t.Errorf("%+v", last)
		}
		if last.Reasons["bad_field"] != bad || last.First[0].Place != "line 502" {
			t.Errorf("%+v", last)
		}
		again := finish(file)
		if again.Before != rows || again.Read != rows || again.Stored != last.Stored {
			t.Errorf("again: %+v", again)
		}
	}
	storm("own.csv", 6, 200, 1400) // of which the engine takes some to start

	daemon := exec.Command("driftd", "run")
	daemon.Stderr = t.Output()
	if err := daemon.Start(); err != nil {
		t.Fatal(err)
	}
	defer func() {
		_ = daemon.Process.Signal(os.Interrupt)
		_ = daemon.Wait()
	}()
	for {
		if _, err := chengine.Attach("data"); err == nil {
			break
		}
		time.Sleep(50 * time.Millisecond)
	}
	storm("attached.csv", 10, 50, 250)

	c, err := config.Load(path)
	if err != nil {
		t.Fatal(err)
	}
	store, done, err := app.OpenStore(context.WithoutCancel(t.Context()), c, slog.New(slog.DiscardHandler))
	if err != nil {
		t.Fatal(err)
	}
	defer done()
	stored, err := store.Stored(t.Context(), "churn")
	if err != nil {
		t.Fatal(err)
	}
	if want := uint64(2 * (rows - rows/1000)); stored.Predictions != want || stored.Rejects["bad_field"] != 2*rows/1000 {
		t.Errorf("%+v, want %d predictions", stored, want)
	}
	// The replay of rejects that still are none, killed too, changes nothing.
	out, err := exec.Command("driftd", "rejects", "replay", "--json").CombinedOutput()
	if err != nil || !strings.Contains(string(out), `"bad_field": 240`) {
		t.Errorf("replay: %v\n%s", err, out)
	}
}
