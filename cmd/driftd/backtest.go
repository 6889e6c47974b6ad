package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"time"

	"github.com/spf13/cobra"

	"github.com/driftd/driftd/internal/app"
	"github.com/driftd/driftd/internal/clickhouse"
	"github.com/driftd/driftd/internal/config"
	"github.com/driftd/driftd/internal/terminal"
)

func newBacktest() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "backtest",
		Short: "Replay a policy over stored history: what it would have told and done",
		Long: `backtest judges a model over everything that is stored of it, tick by tick, by
the code of the daemon and the policy of the configuration, in mode auto: which
incidents would have been opened, how long after the change, and what would have
been demoted. Nothing is sent, no slot or tag is moved and what is stored stays
as it is: it works in a database of its own, which it drops.

Another policy is another file: with several, the store is that of the first, and
they are shown side by side. With --predictions and --outcomes the history is that
of files, loaded as by driftd load into an engine of its own; - is standard input.`,
		Example: `  driftd backtest --model churn
  driftd backtest --model churn -c driftd.yaml -c stricter.yaml --from 2026-01-01
  driftd backtest --predictions october.parquet --outcomes labels.csv`,
		Args: noArgs,
	}
	flags := cmd.Flags()
	paths := flags.StringArrayP("config", "c", []string{"driftd.yaml"}, "configuration `file`; repeat it to compare policies")
	if err := cmd.MarkFlagFilename("config", "yaml", "yml"); err != nil {
		panic(err) // the flag was added in the line before
	}
	name := modelFlag(cmd)
	var o app.BacktestOptions
	from := flags.String("from", "", "first `tick`, such as 2026-01-31 or RFC 3339; the first prediction unless given")
	to := flags.String("to", "", "last `tick`; when every label was mature unless given")
	flags.BoolVar(&o.EveryTick, "every-tick", false, "replay every tick of the schedule, not only those at which a window or a block closes")
	var files history
	flags.StringArrayVar(&files.predictions, "predictions", nil, "`file` of predictions to replay instead of what is stored; may be repeated")
	flags.StringArrayVar(&files.outcomes, "outcomes", nil, "`file` of outcomes; may be repeated")
	flags.StringVar(&files.version, "version", "", "the `version` of predictions in files that do not name one")
	asJSON := flags.Bool("json", false, "print JSON for programs")
	cmd.RunE = func(cmd *cobra.Command, _ []string) error {
		if err := parseTimes(map[string]string{"from": *from, "to": *to}, map[string]*time.Time{"from": &o.From, "to": &o.To}); err != nil {
			return err
		}
		var policies []policy
		for _, path := range *paths {
			p, err := loadPolicy(path, *name)
			if err != nil {
				return err
			}
			policies = append(policies, p)
		}
		files.stdin = cmd.InOrStdin()
		store, done, err := files.open(cmd.Context(), policies[0])
		if err != nil {
			return err
		}
		defer done()
		all, err := backtest(cmd.Context(), store, policies, o)
		if err != nil {
			return err
		}
		if *asJSON {
			return printJSON(cmd.OutOrStdout(), map[string]any{"backtests": all})
		}
		printBacktests(terminal.New(cmd.OutOrStdout()), all)
		return nil
	}
	return cmd
}

// policy is a configuration and the model in it that is meant.
type policy struct {
	config config.Config
	model  config.Model
}

// loadPolicy reads a configuration and finds the model, which need not be named
// when there is only one.
func loadPolicy(path, name string) (policy, error) {
	c, err := load(path)
	if err != nil {
		return policy{}, err
	}
	if name == "" && len(c.Models) == 1 {
		return policy{c, c.Models[0]}, nil
	}
	if name == "" {
		return policy{}, usageError{errors.New("--model: say which, there are several in " + path)}
	}
	m, err := findModel(c, name)
	return policy{c, m}, err
}

// backtest replays one policy after the other.
func backtest(ctx context.Context, store *clickhouse.Store, policies []policy, o app.BacktestOptions) ([]app.Backtested, error) {
	screen := terminal.New(os.Stderr)
	var all []app.Backtested
	for _, p := range policies {
		m, err := app.Declared(ctx, store, p.model)
		if err != nil {
			return nil, err
		}
		var bar *terminal.Bar
		o.Progress = func(done, total int, tick time.Time) {
			if bar == nil {
				bar = screen.Progress(p.config.File, total)
			}
			bar.Set(done, tick.Format(time.DateOnly))
		}
		one, err := app.Backtest(ctx, store, p.config, m, o, briefLogger(p.config.Log))
		if bar != nil {
			bar.Close()
		}
		if err != nil {
			return nil, fmt.Errorf("backtest %s of %s: %w", m.Policy.Model, p.config.File, err)
		}
		all = append(all, one)
	}
	return all, nil
}

// modelFlag adds --model.
func modelFlag(cmd *cobra.Command) *string {
	return cmd.Flags().String("model", "", "which `model`; need not be given when there is one")
}

// parseTimes reads the flags that are given.
func parseTimes(texts map[string]string, into map[string]*time.Time) error {
	for name, text := range texts {
		if text == "" {
			continue
		}
		t, err := time.Parse(time.RFC3339, text)
		if err != nil {
			t, err = time.Parse(time.DateOnly, text)
		}
		if err != nil {
			return usageError{fmt.Errorf("--%s %q: give a time such as 2026-10-01 or 2026-10-01T00:15:00Z", name, text)}
		}
		*into[name] = t.UTC()
	}
	return nil
}
