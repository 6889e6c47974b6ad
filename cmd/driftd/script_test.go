package main

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/rogpeppe/go-internal/testscript"

	"github.com/driftd/driftd/alerts"
	"github.com/driftd/driftd/evaluate"
	"github.com/driftd/driftd/ingest"
	"github.com/driftd/driftd/internal/app"
	"github.com/driftd/driftd/internal/chengine"
	"github.com/driftd/driftd/internal/clickhouse"
	"github.com/driftd/driftd/internal/config"
	"github.com/driftd/driftd/internal/model"
	"github.com/driftd/driftd/internal/parts"
)

func TestMain(m *testing.M) {
	parts.Intercept()
	testscript.Main(parts.Tests{M: m}, map[string]func(){"driftd": main})
}

// Each script is a promise of the README or the docs, kept by the program as a
// person starts it.
func scripts(t *testing.T, dir string, vars ...string) {
	t.Helper()
	testscript.Run(t, testscript.Params{
		Dir:                filepath.Join("testdata", "script", dir),
		Setup:              func(e *testscript.Env) error { e.Vars = append(e.Vars, vars...); return nil },
		Cmds:               map[string]func(*testscript.TestScript, bool, []string){"exits": exits, "judged": judged, "acted": acted, "opened": opened, "hear": hear, "predicted": predicted, "traffic": traffic, "evaluated": evaluated, "recomputed": recomputed},
		RequireUniqueNames: true,
		UpdateScripts:      os.Getenv("DRIFTD_UPDATE_SCRIPTS") == "1",
	})
}

func TestCommands(t *testing.T) { scripts(t, "plain") }

func TestCommandsOnTheEngine(t *testing.T) {
	scripts(t, "engine", chengine.LibraryEnv+"="+parts.Library(t))
}

// exits runs driftd and demands an exit code: exits 2 check --nonsense.
func exits(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) < 1 {
		ts.Fatalf("usage: exits CODE ARGUMENT…")
	}
	want, err := strconv.Atoi(args[0])
	if err != nil {
		ts.Fatalf("exit code %q: want a number", args[0])
	}
	got := 0
	if err := ts.Exec("driftd", args[1:]...); err != nil {
		failed, ok := errors.AsType[*exec.ExitError](err)
		if !ok {
			ts.Fatalf("run driftd: %v", err)
		}
		got = failed.ExitCode()
	}
	if got != want {
		ts.Fatalf("driftd exited with %d, want %d", got, want)
	}
}

// judged stores a verdict as a daemon would have: judged CONFIG MODEL VERSION
// STATUS REASON. A version that is not healthy holds the slot.
func judged(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 5 {
		ts.Fatalf("usage: judged CONFIG MODEL VERSION STATUS REASON")
	}
	if err := saveVerdict(ts.MkAbs("."), ts.MkAbs(args[0]), ts.Getenv(chengine.LibraryEnv), args[1:]); err != nil {
		ts.Fatalf("store a verdict: %v", err)
	}
}

// predicted stores three predictions as ingest would have: predicted CONFIG MODEL
// VERSION FEATURE=JSON…. The features are not declared.
func predicted(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) < 3 {
		ts.Fatalf("usage: predicted CONFIG MODEL VERSION FEATURE=JSON…")
	}
	extra := map[string]string{}
	for _, feature := range args[3:] {
		name, text, _ := strings.Cut(feature, "=")
		extra[name] = text
	}
	err := withStore(ts.MkAbs("."), ts.MkAbs(args[0]), ts.Getenv(chengine.LibraryEnv), func(ctx context.Context, store *clickhouse.Store) error {
		m := ingest.Model{Name: args[1], Task: model.Binary}
		if err := store.EnsureModel(ctx, m); err != nil {
			return err
		}
		p := &ingest.Predictions{Model: m}
		for i := range int64(3) {
			p.ID, p.Time = append(p.ID, strconv.FormatInt(i, 10)), append(p.Time, time.Date(2026, time.March, 20, int(i), 0, 0, 0, time.UTC))
			p.Extra, p.Offset = append(p.Extra, extra), append(p.Offset, i)
			p.Version.Append(args[2])
			p.Role.Append("served")
			p.Score.Append(sql.NullFloat64{Float64: 0.5, Valid: true})
			p.Class.Append("1")
		}
		return store.Insert(ctx, &ingest.Batch{Topic: "predictions", Last: 2, Predictions: []*ingest.Predictions{p}}, true)
	})
	if err != nil {
		ts.Fatalf("store predictions: %v", err)
	}
}

// acted stores that an action came to a stage an hour ago, as a daemon would have:
// acted CONFIG MODEL FROM TO STAGE.
func acted(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 5 {
		ts.Fatalf("usage: acted CONFIG MODEL FROM TO STAGE")
	}
	tick := time.Now().UTC().Truncate(time.Hour).Add(-time.Hour)
	a := alerts.Action{
		ID: args[1] + "@" + args[2] + "/an-hour-ago", Model: args[1], From: args[2], To: args[3], Slot: "alias champion", Tick: tick, At: tick,
		Stage: alerts.Stage(args[4]), Reason: alerts.FirstCritical, Detector: "paired/brier against " + args[3], LogM: 11.7, Threshold: 11.5, Labels: 13108,
	}
	err := withStore(ts.MkAbs("."), ts.MkAbs(args[0]), ts.Getenv(chengine.LibraryEnv), func(ctx context.Context, store *clickhouse.Store) error {
		return store.SaveAction(ctx, a)
	})
	if err != nil {
		ts.Fatalf("store an action: %v", err)
	}
}

// opened stores an incident that was opened an hour ago, as a daemon would have:
// opened CONFIG MODEL VERSION CLASS [held=REASON] [by=WHO acknowledged it].
func opened(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) < 4 {
		ts.Fatalf("usage: opened CONFIG MODEL VERSION CLASS [held=REASON] [by=WHO]")
	}
	tick := time.Now().UTC().Truncate(time.Hour).Add(-time.Hour)
	key := fmt.Sprintf("%s|%s|alias champion|%s", args[1], args[2], args[3])
	i := alerts.Incident{
		ID: key + "@" + tick.Format(time.RFC3339), Key: key, Class: alerts.Class(args[3]), Ref: model.Ref{Name: args[1], Version: args[2]}, Slot: "alias champion",
		Channel: "#ml", State: alerts.Open, Status: evaluate.Warning, Opened: tick, Updated: tick, Generation: 1, Headline: "something of " + args[3] + " is wrong",
	}
	for _, more := range args[4:] {
		switch name, value, _ := strings.Cut(more, "="); name {
		case "held":
			i.Held = alerts.Reason(value)
		case "by":
			i.Responses = []alerts.Response{{Kind: alerts.OrderAcknowledge, By: value, At: tick}}
		default:
			ts.Fatalf("unknown %q", more)
		}
	}
	err := withStore(ts.MkAbs("."), ts.MkAbs(args[0]), ts.Getenv(chengine.LibraryEnv), func(ctx context.Context, store *clickhouse.Store) error {
		return store.SaveIncident(ctx, i)
	})
	if err != nil {
		ts.Fatalf("store an incident: %v", err)
	}
}

func saveVerdict(dir, path, library string, args []string) error {
	status, err := evaluate.ParseStatus(args[2])
	if err != nil {
		return err
	}
	return withStore(dir, path, library, func(ctx context.Context, store *clickhouse.Store) error {
		v := verdictOf(model.Ref{Name: args[0], Version: args[1]}, status, args[3])
		if err := store.SaveVerdicts(ctx, []evaluate.Verdict{v}); err != nil {
			return fmt.Errorf("%s: %w", v.Ref, err)
		}
		return nil
	})
}

// withStore runs work on the store of a configuration, with all its tables.
func withStore(dir, path, library string, work func(context.Context, *clickhouse.Store) error) error {
	c, err := config.Load(path)
	if err != nil {
		return err
	}
	c.Engine.Library = library
	if !filepath.IsAbs(c.Engine.Path) {
		c.Engine.Path = filepath.Join(dir, c.Engine.Path)
	}
	ctx, cancel := contextFor(parts.Patience)
	defer cancel()
	store, done, err := app.OpenStore(ctx, c, slog.New(slog.DiscardHandler))
	if err != nil {
		return err
	}
	defer done()
	if err := store.Migrate(ctx); err != nil {
		return err
	}
	return work(ctx, store)
}
