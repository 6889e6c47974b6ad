package main

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"time"

	"github.com/spf13/cobra"

	"github.com/driftd/driftd/evaluate"
	"github.com/driftd/driftd/internal/clickhouse"
	"github.com/driftd/driftd/internal/config"
	"github.com/driftd/driftd/internal/terminal"
)

func newReferenceDiff() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "diff MODEL VERSION OTHER",
		Short: "Show how the references of two versions differ, the largest difference first",
	}
	asJSON := cmd.Flags().Bool("json", false, "print JSON for programs")
	return modelCommand(cmd, 3, 3, func(ctx context.Context, store *clickhouse.Store, m config.Model, versions []string) error {
		refs, err := pinned(ctx, store, m, versions)
		if err != nil {
			return err
		}
		differences := refs[0].Diff(refs[1])
		slices.SortStableFunc(differences, func(a, b evaluate.Difference) int {
			return -slices.Compare([]float64{a.Measures["psi"]}, []float64{b.Measures["psi"]})
		})
		if *asJSON {
			return printJSON(cmd.OutOrStdout(), differences)
		}
		showDifferences(terminal.New(cmd.OutOrStdout()), m.Policy, refs, differences)
		return nil
	})
}

func showDifferences(screen *terminal.Screen, p evaluate.Policy, refs []evaluate.Reference, differences []evaluate.Difference) {
	for i, r := range refs {
		screen.Printf("%s  %s: reference %s (%s), %d rows from %s to %s, windows of %s", [...]string{"before", "after "}[i], r.Ref, r.ID, source(r), r.Rows,
			stated(r.From, time.DateOnly), stated(r.To, time.DateOnly), brief(p.Window(r)))
	}
	found := map[string]bool{}
	for _, d := range differences {
		for name := range d.Measures {
			found[name] = true
		}
	}
	names := slices.Sorted(maps.Keys(found))
	var rows [][]string
	for _, d := range differences {
		row := []string{d.Series}
		for _, name := range names {
			if x, ok := d.Measures[name]; ok {
				row = append(row, fmt.Sprintf("%.3f", x))
			} else {
				row = append(row, "–")
			}
		}
		before, after := d.Before, d.After
		switch d.Only {
		case "before":
			after = "(none)"
		case "after":
			before = "(none)"
		}
		rows = append(rows, append(row, before, after))
	}
	screen.Printf("")
	screen.Table(slices.Concat([]string{"series"}, names, []string{"before", "after"}), rows)
}
