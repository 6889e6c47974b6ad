package main

import (
	"errors"
	"fmt"
	"log/slog"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"testing"
	"time"

	"github.com/rogpeppe/go-internal/testscript"

	"github.com/driftd/driftd/evaluate"
	"github.com/driftd/driftd/internal/app"
	"github.com/driftd/driftd/internal/chengine"
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
		Cmds:               map[string]func(*testscript.TestScript, bool, []string){"exits": exits, "judged": judged},
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

func saveVerdict(dir, path, library string, args []string) error {
	c, err := config.Load(path)
	if err != nil {
		return err
	}
	c.Engine.Library = library
	if !filepath.IsAbs(c.Engine.Path) {
		c.Engine.Path = filepath.Join(dir, c.Engine.Path)
	}
	status, err := evaluate.ParseStatus(args[2])
	if err != nil {
		return err
	}
	ctx, cancel := contextFor(time.Minute)
	defer cancel()
	store, done, err := app.OpenStore(ctx, c, slog.New(slog.DiscardHandler))
	if err != nil {
		return err
	}
	defer done()
	if err := store.Migrate(ctx); err != nil {
		return err
	}
	v := verdictOf(model.Ref{Name: args[0], Version: args[1]}, status, args[3])
	if err := store.SaveVerdicts(ctx, []evaluate.Verdict{v}); err != nil {
		return fmt.Errorf("%s: %w", v.Ref, err)
	}
	return nil
}
