package main

import (
	"errors"
	"fmt"
	"io"
	"strings"

	"github.com/spf13/cobra"

	"github.com/driftd/driftd/internal/app"
	"github.com/driftd/driftd/internal/clickhouse"
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
		store, done, err := app.OpenStore(cmd.Context(), c, briefLogger(c.Log))
		if err != nil {
			return err
		}
		defer done()
		statements, err := store.Plan(cmd.Context())
		if err != nil {
			return err
		}
		if *plan {
			reader, err := store.PlanReader()
			if err != nil {
				return err
			}
			return printPlan(cmd.OutOrStdout(), c.ClickHouse.Database, append(statements, reader...))
		}
		if err := store.Migrate(cmd.Context()); err != nil {
			return err
		}
		for _, m := range c.Models {
			if err := store.EnsureModel(cmd.Context(), m.Ingest); err != nil {
				return err
			}
		}
		if err := makeReader(cmd, store); err != nil {
			return err
		}
		if len(statements) == 0 {
			_, err = fmt.Fprintf(cmd.OutOrStdout(), "the schema of database %s was up to date; %s checked\n", c.ClickHouse.Database, count(len(c.Models), "model table"))
			return err
		}
		_, err = fmt.Fprintf(cmd.OutOrStdout(), "the schema of database %s is up to date: %s run, %s checked\n",
			c.ClickHouse.Database, count(len(statements), "statement"), count(len(c.Models), "model table"))
		return err
	}
	return cmd
}

// makeReader makes the user of dashboards, or says what another person must run.
func makeReader(cmd *cobra.Command, store *clickhouse.Store) error {
	err := store.EnsureReader(cmd.Context())
	if !errors.Is(err, clickhouse.ErrNoUser) {
		return err
	}
	statements, planErr := store.PlanReader()
	if planErr != nil {
		return planErr
	}
	fmt.Fprintf(cmd.ErrOrStderr(), "%v\nsomebody who may has to run:\n\n%s;\n", err, strings.Join(statements, ";\n\n"))
	return nil
}

// printPlan prints SQL that a person may read, or feed to a client.
func printPlan(w io.Writer, database string, statements []string) error {
	if len(statements) == 0 {
		_, err := fmt.Fprintf(w, "-- the schema of database %s is up to date: nothing to run\n", database)
		return err
	}
	fmt.Fprintf(w, "-- %s to run in database %s; the tables of the models are made from their features afterwards\n\n", count(len(statements), "statement"), database)
	for i, sql := range statements {
		if i > 0 {
			fmt.Fprintln(w)
		}
		if _, err := fmt.Fprintf(w, "%s;\n", sql); err != nil {
			return err
		}
	}
	return nil
}

// count writes a number with its noun.
func count(n int, noun string) string {
	if n == 1 {
		return "1 " + noun
	}
	return fmt.Sprintf("%d %ss", n, noun)
}
