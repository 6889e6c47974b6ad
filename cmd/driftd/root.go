package main

import (
	"errors"
	"fmt"
	"io/fs"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

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
		Args:          knownCommand,
		RunE:          func(cmd *cobra.Command, _ []string) error { return cmd.Help() },
	}
	root.SetFlagErrorFunc(flagError)
	root.SetHelpCommand(newHelp())
	root.AddCommand(newAcknowledge(), newAlerts(), newApprove(), newBacktest(), newCheck(), newDashboards(), newDemo(), newEvaluate(), newExplain(), newFeatures(), newFreeze(), newHistory(), newHold(), newLoad(), newMigrate(), newReference(), newRejects(), newRelease(), newRollback(), newRun(), newSilence(), newStatus(), newUnfreeze(), newUnsilence(), newValidate(), newVersion())
	root.InitDefaultCompletionCmd()
	for _, cmd := range root.Commands() {
		if cmd.Name() == "completion" { // which takes any word for a wish to be helped
			cmd.Args, cmd.RunE = knownCommand, func(cmd *cobra.Command, _ []string) error { return cmd.Help() }
		}
	}
	return root
}

// flagError says what a flag wants in other words than those of Go's parsers.
func flagError(cmd *cobra.Command, err error) error {
	if wrong, ok := errors.AsType[*pflag.InvalidValueError](err); ok {
		wants := map[string]string{"duration": "a duration, such as 90m or 24h", "float64": "a number, such as 2.5", "int": "a whole number", "bool": "true or false"}
		if want, known := wants[wrong.GetFlag().Value.Type()]; known {
			err = fmt.Errorf("--%s %q: want %s", wrong.GetFlag().Name, wrong.GetValue(), want)
		}
	}
	return usageError{fmt.Errorf("%w: see %s --help", err, cmd.CommandPath())}
}

// knownCommand is asked when no command has the name that was typed.
func knownCommand(cmd *cobra.Command, args []string) error {
	if len(args) == 0 {
		return nil
	}
	cmd.SuggestionsMinimumDistance = 2
	if near := cmd.SuggestionsFor(args[0]); len(near) > 0 {
		return usageError{fmt.Errorf("unknown command %q: did you mean %s?", args[0], strings.Join(near, " or "))}
	}
	return usageError{fmt.Errorf("unknown command %q: see driftd help", args[0])}
}

// groupCommand is a command that only has others, of which one must be named.
func groupCommand(use, short string, others ...*cobra.Command) *cobra.Command {
	cmd := &cobra.Command{Use: use, Short: short, Args: knownCommand}
	var names []string
	for _, other := range others {
		names = append(names, other.Name())
	}
	cmd.RunE = func(cmd *cobra.Command, _ []string) error {
		return usageError{fmt.Errorf("%s: say %s: see %s --help", use, either(names), cmd.CommandPath())}
	}
	cmd.AddCommand(others...)
	return cmd
}

// newHelp is `driftd help`, which says so when there is nothing to show.
func newHelp() *cobra.Command {
	return &cobra.Command{
		Use:   "help [command]",
		Short: "Help about any command",
		RunE: func(cmd *cobra.Command, args []string) error {
			about, rest, err := cmd.Root().Find(args)
			if err != nil || len(rest) > 0 {
				return knownCommand(cmd.Root(), args)
			}
			about.InitDefaultHelpFlag()
			return about.Help()
		},
	}
}

// noArgs refuses arguments as wrong usage.
func noArgs(cmd *cobra.Command, args []string) error {
	if len(args) > 0 {
		return usageError{fmt.Errorf("unexpected %q: see %s --help", args[0], cmd.CommandPath())}
	}
	return nil
}

// configFlag adds --config, the same for every command that needs one.
func configFlag(cmd *cobra.Command) *string {
	path := cmd.Flags().StringP("config", "c", "driftd.yaml", "configuration `file`")
	if err := cmd.MarkFlagFilename("config", "yaml", "yml"); err != nil {
		panic(err) // the flag was added in the line before
	}
	return path
}

// load reads the configuration; every problem it has is the person's to mend.
func load(path string) (config.Config, error) {
	c, err := config.Load(path)
	if problems, ok := errors.AsType[*config.Error](err); ok {
		return c, usageError{brokenError{path, problems}}
	}
	if errors.Is(err, fs.ErrNotExist) {
		return c, usageError{fmt.Errorf("configuration file %s does not exist: name yours with --config", path)}
	}
	if err != nil {
		return c, usageError{err}
	}
	return c, nil
}
