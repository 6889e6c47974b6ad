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

// storeCommand is a command about what is stored: it reads a configuration and
// opens the store for work. ready, unless nil, is asked before the store is opened
// whether the arguments and flags can be.
func storeCommand(cmd *cobra.Command, ready func(c config.Config, args []string) error, work func(ctx context.Context, store *clickhouse.Store, c config.Config, args []string) error) *cobra.Command {
	path := configFlag(cmd)
	cmd.RunE = func(cmd *cobra.Command, args []string) error {
		c, err := load(*path)
		if err != nil {
			return err
		}
		if ready != nil {
			if err := ready(c, args); err != nil {
				return err
			}
		}
		store, done, err := readStore(cmd.Context(), c)
		if err != nil {
			return err
		}
		defer done()
		return work(cmd.Context(), store, c, args)
	}
	return cmd
}

// modelCommand is a command about one model: it finds the model in the
// configuration. work is given what follows the model's name.
func modelCommand(cmd *cobra.Command, least, most int, work func(ctx context.Context, store *clickhouse.Store, m config.Model, versions []string) error) *cobra.Command {
	cmd.Args = func(_ *cobra.Command, args []string) error {
		if len(args) < least || len(args) > most {
			return usageError{fmt.Errorf("%s: want %s", cmd.CommandPath(), cmd.Use)}
		}
		return nil
	}
	cmd.ValidArgsFunction = func(cmd *cobra.Command, args []string, _ string) ([]string, cobra.ShellCompDirective) {
		var names []string
		if c, err := config.Load(cmd.Flag("config").Value.String()); err == nil && len(args) == 0 {
			for _, m := range c.Models {
				names = append(names, m.Policy.Model)
			}
		}
		return names, cobra.ShellCompDirectiveNoFileComp
	}
	var m config.Model
	return storeCommand(cmd, func(c config.Config, args []string) (err error) {
		m, err = findModel(c, args[0])
		return err
	}, func(ctx context.Context, store *clickhouse.Store, _ config.Config, args []string) error {
		declared, err := app.Declared(ctx, store, m)
		if err != nil {
			return err
		}
		return work(ctx, store, declared, args[1:])
	})
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
