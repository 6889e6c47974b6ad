package main

import (
	"context"
	"fmt"
	"strings"

	"github.com/spf13/cobra"

	"github.com/driftd/driftd/internal/app"
	"github.com/driftd/driftd/internal/clickhouse"
	"github.com/driftd/driftd/internal/config"
)

// modelCommand is a command about one model: it reads a configuration, finds the
// model in it and opens the store. work is given what follows the model's name.
func modelCommand(cmd *cobra.Command, least, most int, work func(ctx context.Context, store *clickhouse.Store, m config.Model, versions []string) error) *cobra.Command {
	path := configFlag(cmd)
	cmd.Args = func(_ *cobra.Command, args []string) error {
		if len(args) < least || len(args) > most {
			return usageError{fmt.Errorf("%s: want %s", cmd.CommandPath(), cmd.Use)}
		}
		return nil
	}
	cmd.ValidArgsFunction = func(_ *cobra.Command, args []string, _ string) ([]string, cobra.ShellCompDirective) {
		var names []string
		if c, err := config.Load(*path); err == nil && len(args) == 0 {
			for _, m := range c.Models {
				names = append(names, m.Policy.Model)
			}
		}
		return names, cobra.ShellCompDirectiveNoFileComp
	}
	cmd.RunE = func(cmd *cobra.Command, args []string) error {
		c, err := load(*path)
		if err != nil {
			return err
		}
		m, err := findModel(c, args[0])
		if err != nil {
			return err
		}
		store, done, err := readStore(cmd.Context(), c)
		if err != nil {
			return err
		}
		defer done()
		if m, err = app.Declared(cmd.Context(), store, m); err != nil {
			return err
		}
		return work(cmd.Context(), store, m, args[1:])
	}
	return cmd
}

// findModel returns the section of a model.
func findModel(c config.Config, name string) (config.Model, error) {
	var names []string
	for _, m := range c.Models {
		if m.Policy.Model == name {
			return m, nil
		}
		names = append(names, m.Policy.Model)
	}
	return config.Model{}, usageError{fmt.Errorf("model %q is not in %s: it has %s", name, c.File, strings.Join(names, ", "))}
}
