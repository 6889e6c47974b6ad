package main

import (
	"fmt"
	"math"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/driftd/driftd/evaluate"
	"github.com/driftd/driftd/internal/app"
	"github.com/driftd/driftd/internal/clickhouse"
	"github.com/driftd/driftd/internal/config"
	"github.com/driftd/driftd/internal/model"
	"github.com/driftd/driftd/internal/terminal"
)

func newExplain() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "explain MODEL [VERSION]",
		Short: "Show the evidence behind a verdict, number by number",
	}
	path := configFlag(cmd)
	cmd.Args = func(_ *cobra.Command, args []string) error {
		if len(args) == 0 || len(args) > 2 {
			return usageError{errNoModel}
		}
		return nil
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
		store, done, err := app.OpenStore(cmd.Context(), c, logger(c.Log))
		if err != nil {
			return err
		}
		defer done()
		version := ""
		if len(args) == 2 {
			version = args[1]
		}
		return explain(cmd, store, m, version)
	}
	return cmd
}

func findModel(c config.Config, name string) (config.Model, error) {
	var names []string
	for _, m := range c.Models {
		if m.Policy.Model == name {
			return m, nil
		}
		names = append(names, m.Policy.Model)
	}
	return config.Model{}, usageError{fmt.Errorf("model %q is not configured: want one of %s", name, strings.Join(names, ", "))}
}

// explain prints, for one version, every performance detector that was ever
// tried on it, block by block.
func explain(cmd *cobra.Command, store *clickhouse.Store, m config.Model, version string) error {
	ctx := cmd.Context()
	last, err := store.LastVerdicts(ctx, m.Policy.Model, forever)
	if err != nil {
		return err
	}
	for v, verdict := range last {
		if version == "" && verdict.Serving {
			version = v
		}
	}
	verdict, ok := last[version]
	if !ok {
		return usageError{fmt.Errorf("%s has no verdict: see driftd status", model.Ref{Name: m.Policy.Model, Version: version})}
	}
	history, err := store.History(ctx, verdict.Ref, time.Unix(0, 0), forever)
	if err != nil {
		return err
	}
	screen := terminal.New(cmd.OutOrStdout())
	screen.Printf("%s is %s (%s) as of %s.", verdict.Ref, verdict.Status, reasonOr(verdict.Reason, "nothing is wrong"), verdict.Tick.Format(time.RFC3339))
	actions, err := store.Actions(ctx, m.Policy.Model, forever)
	if err != nil {
		return err
	}
	for _, a := range actions {
		if a.From == version {
			screen.Printf("Demoted at %s in favour of %s: %s reached ln M = %.2f of %.2f after %d labels; now %s (effective %s).",
				a.Tick.Format(time.RFC3339), a.To, a.Detector, a.LogM, a.Threshold, a.Labels, a.Stage, a.Effective.Format(time.RFC3339))
		}
	}
	b := m.Policy.Budgets
	screen.Printf(`
How to recompute it. Per block, D = loss of the serving version minus loss of the
other one, request by request. For each bet λ of the grid
    ln E(λ) = Σ ln(1 + λ(D - tolerance)) / f, at most the cap, and
    M(λ) ← (M(λ) + 1)·E(λ);  M is the mean over the grid.
f is the design effect of the blocks before; the cap is a third of the demotion
threshold. Budgets: %g demotions, %g pages a model-year.`, b.Demotions, b.Pages)
	explainPaired(screen, history)
	return nil
}

func explainPaired(screen *terminal.Screen, history []evaluate.Verdict) {
	type key struct{ check, against string }
	rows := map[key][][]string{}
	heads := map[key]evaluate.Evidence{}
	var order []key
	for _, v := range history {
		for _, e := range v.Evidence {
			if e.Kind != evaluate.Paired || e.Last.Rows == 0 {
				continue
			}
			k := key{e.Check, e.Against}
			if _, seen := rows[k]; !seen {
				order = append(order, k)
			}
			heads[k] = e
			text := []string{
				e.Last.From.Format(time.DateOnly), fmt.Sprint(e.Last.Rows), fmt.Sprintf("%+.5f", e.Last.Mean),
				fmt.Sprintf("%.3f", e.Design), numbers(e.Last.Sums), fmt.Sprintf("%.3f", e.LogM),
				fmt.Sprintf("%.0f%%", 100*math.Max(0, e.LogM/e.Demote)),
			}
			if n := len(rows[k]); n > 0 && rows[k][n-1][0] == text[0] {
				continue // no block closed at this tick
			}
			rows[k] = append(rows[k], text)
		}
	}
	for _, k := range order {
		e := heads[k]
		screen.Printf("\nPaired %s against version %s: tolerance %g, page at ln M = %.3f, demotion at %.3f, cap %.3f", k.check, k.against, e.Limit, e.Page, e.Demote, e.Demote/3)
		screen.Table([]string{"block", "rows", "mean D", "f", "Σ ln(1+λ(D-δ)) per λ", "ln M", "to demotion"}, rows[k])
	}
}

func numbers(xs []float64) string {
	texts := make([]string, len(xs))
	for i, x := range xs {
		texts[i] = fmt.Sprintf("%.3f", x)
	}
	return strings.Join(texts, " ")
}

func reasonOr(reason, otherwise string) string {
	if reason == "" {
		return otherwise
	}
	return reason
}
