package main

import (
	"fmt"

	"github.com/spf13/cobra"

	"github.com/driftd/driftd/internal/app"
)

func newMigrate() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "migrate",
		Short: "Bring the ClickHouse schema up to date",
		Args:  noArgs,
	}
	path := configFlag(cmd)
	plan := cmd.Flags().Bool("plan", false, "print the statements that would be run, and run none")
	cmd.RunE = func(cmd *cobra.Command, _ []string) error {
		c, err := load(*path)
		if err != nil {
			return err
		}
		store, done, err := app.OpenStore(cmd.Context(), c, logger(c.Log))
		if err != nil {
			return err
		}
		defer done()
		statements, err := store.Plan(cmd.Context())
		if err != nil {
			return err
		}
		if *plan {
			for _, sql := range statements {
				fmt.Fprintf(cmd.OutOrStdout(), "%s;\n\n", sql)
			}
			return nil
		}
		if err := store.Migrate(cmd.Context()); err != nil {
			return err
		}
		for _, m := range c.Models {
			if err := store.EnsureModel(cmd.Context(), m.Ingest); err != nil {
				return err
			}
		}
		fmt.Fprintf(cmd.OutOrStdout(), "%d statement(s) run, the schema is up to date\n", len(statements))
		return nil
	}
	return cmd
}
