package main

import (
	"fmt"
	"math"
	"slices"

	"github.com/spf13/cobra"

	"github.com/driftd/driftd/evaluate"
	"github.com/driftd/driftd/internal/app"
	"github.com/driftd/driftd/internal/terminal"
)

func newStatus() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "status",
		Short: "Show how every version stands; exit 3 when one is critical",
		Args:  noArgs,
	}
	path := configFlag(cmd)
	asJSON := cmd.Flags().Bool("json", false, "print JSON for programs")
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
		var verdicts []evaluate.Verdict
		for _, m := range c.Models {
			last, err := store.LastVerdicts(cmd.Context(), m.Policy.Model, forever)
			if err != nil {
				return err
			}
			for _, v := range last {
				verdicts = append(verdicts, v)
			}
		}
		slices.SortFunc(verdicts, func(a, b evaluate.Verdict) int {
			return slices.Compare([]string{a.Ref.Name, a.Ref.Version}, []string{b.Ref.Name, b.Ref.Version})
		})
		if *asJSON {
			err = printJSON(cmd.OutOrStdout(), verdicts)
		} else {
			printStatus(terminal.New(cmd.OutOrStdout()), verdicts)
		}
		if err != nil {
			return err
		}
		return critical(slices.ContainsFunc(verdicts, func(v evaluate.Verdict) bool { return v.Status == evaluate.Critical }))
	}
	return cmd
}

func printStatus(screen *terminal.Screen, verdicts []evaluate.Verdict) {
	if len(verdicts) == 0 {
		screen.Printf("nothing has been judged yet: is `driftd run` running, and do events arrive?")
		return
	}
	var rows [][]string
	for _, v := range verdicts {
		serving := ""
		if v.Serving {
			serving = "serving"
		}
		page, demote := 0.0, 0.0
		for _, e := range v.Evidence {
			page, demote = math.Max(page, e.Share(e.Page)), math.Max(demote, e.Share(e.Demote))
		}
		rows = append(rows, []string{
			v.Ref.String(), serving, v.Status.String(), v.Reason, fmt.Sprintf("%.0f%%", 100*page), fmt.Sprintf("%.0f%%", 100*demote),
			v.Tick.Format("2006-01-02 15:04"),
		})
	}
	screen.Table([]string{"version", "slot", "status", "reason", "to page", "to demotion", "judged at (UTC)"}, rows)
}
