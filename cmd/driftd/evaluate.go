package main

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/spf13/cobra"

	"github.com/driftd/driftd/evaluate"
	"github.com/driftd/driftd/internal/app"
	"github.com/driftd/driftd/internal/clickhouse"
	"github.com/driftd/driftd/internal/config"
	"github.com/driftd/driftd/internal/terminal"
)

func newEvaluate() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "evaluate",
		Short: "Judge a tick again and compare with what is stored; exit 3 when a verdict is critical",
		Long: `evaluate judges a model at a tick, or at every tick of a stretch, from what is
stored of the ticks before it, by the code of the daemon, and shows the verdicts
and what would follow from them. A verdict that differs from the stored one is
told, and ends with exit code 1: rows came late, the configuration has changed
since, or something is wrong. Nothing is stored, sent or moved.`,
		Example: `  driftd evaluate --model churn
  driftd evaluate --model churn --at 2026-11-23T00:15:00Z`,
		Args: noArgs,
	}
	path := configFlag(cmd)
	name := modelFlag(cmd)
	flags := cmd.Flags()
	at := flags.String("at", "", "the `tick`, such as 2026-11-23T00:15:00Z; the last one that was judged unless given")
	from := flags.String("from", "", "first `tick` of a stretch, with --to")
	to := flags.String("to", "", "last `tick` of a stretch")
	asJSON := flags.Bool("json", false, "print JSON for programs")
	cmd.RunE = func(cmd *cobra.Command, _ []string) error {
		var when moments
		err := parseTimes(map[string]string{"at": *at, "from": *from, "to": *to}, map[string]*time.Time{"at": &when.at, "from": &when.from, "to": &when.to})
		if err == nil {
			err = when.check()
		}
		if err != nil {
			return err
		}
		p, err := loadPolicy(*path, *name)
		if err != nil {
			return err
		}
		store, done, err := readStore(cmd.Context(), p.config)
		if err != nil {
			return err
		}
		defer done()
		m, err := app.Declared(cmd.Context(), store, p.model)
		if err != nil {
			return err
		}
		ticks, err := when.ticks(cmd.Context(), store, m)
		if err != nil {
			return err
		}
		screen := terminal.New(cmd.OutOrStdout())
		all := []evaluatedJSON{}
		worst := evaluate.Healthy
		differs := 0
		err = app.Recompute(cmd.Context(), store, p.config, m, ticks, briefLogger(p.config.Log), func(r app.Recomputed) {
			if len(r.Differs) > 0 {
				differs++
			}
			for _, v := range r.Verdicts {
				worst = max(worst, v.Status)
			}
			if *asJSON {
				all = append(all, evaluatedToJSON(r))
			} else {
				printRecomputed(screen, m, r)
			}
		})
		if err == nil && *asJSON {
			err = printJSON(cmd.OutOrStdout(), map[string]any{"model": m.Policy.Model, "ticks": all})
		}
		switch {
		case err != nil:
			return err
		case differs > 0:
			return exitCode(exitFailed)
		case worst == evaluate.Critical:
			return exitCode(exitCritical)
		}
		return nil
	}
	return cmd
}

// moments say which ticks are meant.
type moments struct{ at, from, to time.Time }

func (w moments) check() error {
	switch {
	case !w.at.IsZero() && !(w.from.IsZero() && w.to.IsZero()):
		return usageError{errors.New("give --at, or --from and --to")}
	case w.from.IsZero() != w.to.IsZero():
		return usageError{errors.New("--from and --to go together")}
	case w.to.Before(w.from):
		return usageError{fmt.Errorf("--to %s is before --from %s", moment(w.to), moment(w.from))}
	}
	return nil
}

// mostTicks are evaluated by one command: more is a mistake in the range.
const mostTicks = 10_000

func (w moments) ticks(ctx context.Context, store *clickhouse.Store, m config.Model) ([]time.Time, error) {
	name := m.Policy.Model
	switch {
	case !w.at.IsZero():
		return []time.Time{w.at}, nil
	case w.from.IsZero():
		last, err := store.LastTick(ctx, name)
		if err == nil && last.IsZero() {
			err = fmt.Errorf("no tick of %s was judged yet: name one with --at", name)
		}
		return []time.Time{last}, err
	}
	var all []time.Time
	for tick := range m.Schedule.Due(w.from.Add(-1), w.to) {
		if all = append(all, tick); len(all) > mostTicks {
			return nil, usageError{fmt.Errorf("more than %d ticks of %q from %s to %s: choose a shorter stretch", mostTicks, m.Schedule, moment(w.from), moment(w.to))}
		}
	}
	if len(all) == 0 {
		return nil, usageError{fmt.Errorf("schedule %q has no tick from %s to %s", m.Schedule, moment(w.from), moment(w.to))}
	}
	return all, nil
}

// evaluatedJSON is one tick of `evaluate --json`: docs/commands.md.
type evaluatedJSON struct {
	Tick     time.Time     `json:"tick"`
	Stored   bool          `json:"stored"`
	Differs  []string      `json:"differences"`
	Verdicts []versionJSON `json:"verdicts"`
	Plan     []app.Planned `json:"plan"`
}

func evaluatedToJSON(r app.Recomputed) evaluatedJSON {
	out := evaluatedJSON{Tick: r.Tick, Stored: r.Stored, Differs: r.Differs, Verdicts: []versionJSON{}, Plan: r.Plan}
	if out.Differs == nil {
		out.Differs = []string{}
	}
	for _, v := range r.Verdicts {
		out.Verdicts = append(out.Verdicts, toJSON(v))
	}
	return out
}

func printRecomputed(screen *terminal.Screen, m config.Model, r app.Recomputed) {
	head := fmt.Sprintf("%s at %s UTC", m.Policy.Model, moment(r.Tick))
	switch {
	case !r.Stored:
		screen.Printf("%s: no verdict is stored to compare with.", head)
	case len(r.Differs) == 0:
		screen.Printf("%s: the same as stored, to the last digit.", head)
	default:
		screen.Printf("%s: NOT the same as stored. Rows came late, the configuration has changed since, or something is wrong:", head)
		for _, line := range r.Differs {
			screen.Printf("  %s", line)
		}
	}
	var rows [][]string
	for _, v := range r.Verdicts {
		slot := "–"
		if v.Serving {
			slot = "serving"
		}
		rows = append(rows, []string{v.Ref.String(), slot, v.Status.String(), why(v.Reason), page(v), demotion(v), fmt.Sprint(len(v.Results))})
	}
	if len(rows) == 0 {
		screen.Printf("No version predicted shortly before.")
		return
	}
	screen.Table([]string{"version", "slot", "status", "why", "to page", "to demotion", "results"}, rows)
	for _, l := range r.Plan {
		screen.Printf("would %s: %s (%s)", l.What, terminal.Plain(l.Text), l.Reason)
	}
}
