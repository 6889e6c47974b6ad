package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"os"
	"time"

	"github.com/spf13/cobra"

	"github.com/driftd/driftd/internal/config"
)

// newRoot returns the command line: flags in, one call out, per file.
func newRoot() *cobra.Command {
	root := &cobra.Command{
		Use:   "driftd",
		Short: "Watch machine-learning models in production",
		Long: `driftd reads prediction and outcome streams from Kafka, stores them in
ClickHouse, measures drift and live performance of every model version, tells
the people in charge, and takes a version back that has truly got worse.

Start with: driftd demo`,
		SilenceErrors: true,
		SilenceUsage:  true,
		Args:          noArgs,
	}
	root.SetFlagErrorFunc(func(_ *cobra.Command, err error) error { return usageError{err} })
	root.AddCommand(newCheck(), newDemo(), newExplain(), newMigrate(), newReference(), newRun(), newStatus(), newVersion())
	return root
}

// noArgs refuses arguments as wrong usage.
func noArgs(cmd *cobra.Command, args []string) error {
	if len(args) > 0 {
		return usageError{fmt.Errorf("%s: unexpected %q; see driftd help", cmd.CommandPath(), args[0])}
	}
	return nil
}

// configFlag adds --config, the same for every command that needs one.
func configFlag(cmd *cobra.Command) *string {
	return cmd.Flags().StringP("config", "c", "driftd.yaml", "configuration `file`")
}

// load reads the configuration; every problem it has is the person's to mend.
func load(path string) (config.Config, error) {
	c, err := config.Load(path)
	if err != nil {
		return c, usageError{err}
	}
	return c, nil
}

// logger writes to stderr as the configuration says: results own stdout.
func logger(c config.Log) *slog.Logger { return newLogger(os.Stderr, c) }

func newLogger(w io.Writer, c config.Log) *slog.Logger {
	options := &slog.HandlerOptions{Level: c.Level}
	if c.Format == "json" {
		return slog.New(slog.NewJSONHandler(w, options))
	}
	return slog.New(slog.NewTextHandler(w, options))
}

// critical ends the program with the code that scripts look for.
func critical(found bool) error {
	if found {
		return exitCode(exitCritical)
	}
	return nil
}

// forever is later than everything that is stored.
var forever = time.Date(2200, 1, 1, 0, 0, 0, 0, time.UTC)

// printJSON writes a value for programs to read.
func printJSON(w io.Writer, v any) error {
	encoder := json.NewEncoder(w)
	encoder.SetIndent("", "  ")
	return encoder.Encode(v)
}

var errNoModel = errors.New("name a model, such as: driftd explain churn-prediction-model")
