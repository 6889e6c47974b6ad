package main

import (
	"context"
	"fmt"
	"math"
	"slices"
	"time"

	"github.com/spf13/cobra"

	"github.com/driftd/driftd/internal/app"
	"github.com/driftd/driftd/internal/clickhouse"
	"github.com/driftd/driftd/internal/config"
	"github.com/driftd/driftd/internal/terminal"
)

func newFeatures() *cobra.Command {
	return groupCommand("features", "Show what events carry, and give a column to what has none", newFeaturesList(), newFeaturesPromote())
}

func newFeaturesList() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "list MODEL",
		Short: "List the features with a column, and those without that events carry",
	}
	return modelCommand(cmd, 1, 1, func(ctx context.Context, store *clickhouse.Store, m config.Model, _ []string) error {
		f, err := app.ListFeatures(ctx, store, m)
		if err != nil {
			return err
		}
		var rows [][]string
		for _, d := range f.Declared {
			rows = append(rows, []string{terminal.Plain(d.Name), d.Kind.String(), "–", "–"})
		}
		for _, o := range f.Overflow {
			rows = append(rows, []string{terminal.Plain(o.Name), "none", fmt.Sprint(o.Rows), terminal.Plain(o.Example)})
		}
		terminal.New(cmd.OutOrStdout()).Table([]string{"feature", "column", "events of the last 7 days", "example"}, rows)
		return nil
	})
}

func newFeaturesPromote() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "promote MODEL NAME…",
		Short: "Give features a typed column and fill it for the past",
		Long: `Give features that events carry undeclared a typed column, so that their drift
is measured, and fill it for the past. Filling is a mutation: ClickHouse writes the
column anew in every part that holds the feature. Running daemons take the feature
up within seconds, unless the configuration lists the model's features: then add it
there first.`,
		Example: `  driftd features promote churn balance plan`,
	}
	kind := cmd.Flags().String("as", "", "`kind` of the column: number, category or timestamp; what the values are, unless given")
	settle := cmd.Flags().Duration("settle", app.Settle, "`time` given to running daemons before the past is filled")
	return modelCommand(cmd, 2, math.MaxInt, func(ctx context.Context, store *clickhouse.Store, m config.Model, names []string) error {
		if !slices.Contains([]string{"", "number", "category", "timestamp"}, *kind) {
			return usageError{fmt.Errorf("--as %q: want number, category or timestamp", *kind)}
		}
		screen := terminal.New(cmd.OutOrStdout())
		if *settle > 0 {
			screen.Printf("running daemons have %s to take the columns up", settle.Round(time.Second))
		}
		done, err := app.Promote(ctx, store, m, names, *kind, *settle)
		for _, p := range done {
			screen.Printf("%s is a %s: %d rows of the past have a value now, %d carry one that does not fit", terminal.Plain(p.Name), p.Kind, p.Filled, p.Unfit)
			if !m.Signature && !m.Declares(p.Name) {
				screen.Printf("%s is not among the features of %s in the configuration: add it, restart driftd, and run this again for the rows until then", terminal.Plain(p.Name), m.Policy.Model)
			}
		}
		return err
	})
}
