package main

import (
	"context"

	"github.com/spf13/cobra"

	"github.com/driftd/driftd/internal/app"
	"github.com/driftd/driftd/internal/clickhouse"
	"github.com/driftd/driftd/internal/config"
	"github.com/driftd/driftd/internal/terminal"
)

func newHistory() *cobra.Command {
	cmd := &cobra.Command{
		Use:     "history MODEL",
		Short:   "List who held the slot, orders of people, incidents and actions over time",
		Example: "  driftd history churn-prediction-model",
	}
	asJSON := cmd.Flags().Bool("json", false, "print JSON for programs")
	return modelCommand(cmd, 1, 1, func(ctx context.Context, store *clickhouse.Store, m config.Model, _ []string) error {
		all, err := app.History(ctx, store, m.Policy.Model, m.Slot.String())
		if err != nil {
			return err
		}
		if *asJSON {
			return printJSON(cmd.OutOrStdout(), map[string]any{"model": m.Policy.Model, "history": all})
		}
		screen := terminal.New(cmd.OutOrStdout())
		if len(all) == 0 {
			screen.Printf("Nothing has happened to %s yet: no version was seen in its slot, and there were no incidents.", m.Policy.Model)
			return nil
		}
		var rows [][]string
		for _, h := range all {
			what := h.What
			if h.Class != "" {
				what = h.Class + " " + what
			}
			rows = append(rows, []string{moment(h.At), what, h.Version, terminal.Plain(h.Text)})
		}
		screen.Table([]string{"at (UTC)", "what", "version", "happened"}, rows)
		seen := map[string]bool{}
		for _, h := range all {
			if h.What == "action" && !seen[h.ID] {
				seen[h.ID] = true
				screen.Printf("\nWhy: driftd explain %s --action %s", m.Policy.Model, h.ID)
			}
		}
		return nil
	})
}
