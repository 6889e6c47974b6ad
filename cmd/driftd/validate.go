package main

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"time"

	"github.com/spf13/cobra"

	"github.com/driftd/driftd/evaluate/gate"
	"github.com/driftd/driftd/internal/app"
	"github.com/driftd/driftd/internal/clickhouse"
	"github.com/driftd/driftd/internal/config"
)

// validateFlags are the flags as they are typed.
type validateFlags struct {
	model, from, to, format, compression, delimiter string
	columns                                         map[string]string
	asJSON                                          bool
}

func newValidate() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "validate --model M --version V [FILE]",
		Short: "Hold a version to the promotion rules; exit 3 when it failed, 4 when that is undecided",
		Long: `validate holds a version to four rules: accuracy and AUC reach their least
values, and neither is worse than that of the version in production. It decides
on stored predictions whose labels have matured, or on the rows of a labelled
FILE: NDJSON, CSV or Parquet with the columns label and score (the probability
of the positive class), and if it has them prediction, production_score and
production_prediction; - is standard input. The decision becomes the tag
validation_status of the version and, on MLflow, a run.

Exit 0 passed, 3 failed, 4 pending, 1 it could not be done.`,
	}
	path := configFlag(cmd)
	var f validateFlags
	var o app.ValidateOptions
	flags := cmd.Flags()
	flags.StringVar(&f.model, "model", "", "the `model`")
	flags.StringVar(&o.Version, "version", "", "the `version` to validate")
	flags.StringVar(&f.from, "from", "", "decide on predictions from this `time`; the version's first unless given")
	flags.StringVar(&f.to, "to", "", "decide on predictions before this `time`; all whose labels have matured unless given")
	flags.StringToStringVar(&f.columns, "column", nil, "what a column of FILE is called: label=target,score=churn_probability")
	flags.StringVar(&f.format, "format", "", "ndjson, csv or parquet instead of what the content looks like")
	flags.StringVar(&f.compression, "compression", "", "none, gzip or zstd instead of what the content looks like")
	flags.StringVar(&f.delimiter, "delimiter", ",", "`character` between the cells of CSV")
	flags.BoolVar(&o.DryRun, "dry-run", false, "decide, and write nothing")
	flags.BoolVar(&f.asJSON, "json", false, "print the decision for programs")
	cmd.RunE = func(cmd *cobra.Command, args []string) error {
		c, err := load(*path)
		if err != nil {
			return err
		}
		m, err := f.check(c, &o, args)
		if err != nil {
			return usageError{err}
		}
		o.Stdin = cmd.InOrStdin()
		done, err := validate(cmd.Context(), c, m, o)
		if done.Status != "" {
			err = errors.Join(printValidation(cmd.OutOrStdout(), done, f.asJSON), err)
		}
		if err != nil {
			return err
		}
		return map[gate.Status]error{gate.Failed: exitCode(exitCritical), gate.Pending: exitCode(exitPending)}[done.Status]
	}
	return cmd
}

// check checks the flags and fills in the options.
func (f validateFlags) check(c config.Config, o *app.ValidateOptions, args []string) (config.Model, error) {
	switch {
	case f.model == "" || o.Version == "":
		return config.Model{}, errors.New("name what to validate, such as: driftd validate --model churn --version 4")
	case len(args) > 1:
		return config.Model{}, fmt.Errorf("unexpected %q: one file at most", args[1])
	}
	m, err := findModel(c, f.model)
	if err != nil {
		return m, fmt.Errorf("--model: %w", err)
	}
	if m.Policy.Positive == "" {
		return m, fmt.Errorf("--model %s: only binary models can be validated", f.model)
	}
	for _, t := range []struct {
		flag, text string
		into       *time.Time
	}{{"from", f.from, &o.From}, {"to", f.to, &o.To}} {
		if t.text == "" {
			continue
		}
		if *t.into, err = time.Parse(time.RFC3339, t.text); err != nil {
			return m, fmt.Errorf("--%s %q: give date, time and zone, such as 2026-09-01T00:00:00Z", t.flag, t.text)
		}
	}
	if len(args) == 0 {
		return m, f.checkStored(m, *o)
	}
	o.File, o.Columns = args[0], f.columns
	if f.from+f.to != "" {
		return m, fmt.Errorf("--from and --to: the rows of %s have no time: leave them out", o.File)
	}
	for _, field := range slices.Sorted(maps.Keys(f.columns)) {
		if err := oneOfFlag("column", field, app.LabelledFields...); err != nil {
			return m, err
		}
	}
	o.Format, o.Compression = f.format, f.compression
	o.Comma, err = checkFormat(f.format, f.compression, f.delimiter)
	return m, err
}

func (f validateFlags) checkStored(m config.Model, o app.ValidateOptions) error {
	switch {
	case m.Policy.Maturity == 0:
		return fmt.Errorf("model %s has no labels.maturity, so that no stored label is known to be final: set it, or give a labelled file", f.model)
	case !o.From.IsZero() && !o.To.IsZero() && !o.To.After(o.From):
		return fmt.Errorf("--to %s: must be after --from", f.to)
	case len(f.columns) > 0:
		return errors.New("--column: there is no file: name one, or leave the flag out")
	}
	return nil
}

// validate opens the store only if the rows are there.
func validate(ctx context.Context, c config.Config, m config.Model, o app.ValidateOptions) (app.Validation, error) {
	var store *clickhouse.Store
	if o.File == "" {
		opened, done, err := readStore(ctx, c)
		if err != nil {
			return app.Validation{}, err
		}
		defer done()
		store = opened
	}
	return app.Validate(ctx, c, store, m, o, time.Now().UTC())
}
