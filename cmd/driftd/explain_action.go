package main

import (
	"fmt"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/driftd/driftd/internal/app"
	"github.com/driftd/driftd/internal/clickhouse"
	"github.com/driftd/driftd/internal/config"
	"github.com/driftd/driftd/internal/terminal"
)

// explainAction prints how far a past action got, what its guards saw, and the
// verdict it rested on, block by block.
func explainAction(cmd *cobra.Command, store *clickhouse.Store, m config.Model, id string) error {
	past, err := app.FindAction(cmd.Context(), store, m, id)
	if err != nil {
		return err
	}
	switch {
	case len(past.Stages) == 0 && len(past.Others) == 0:
		return usageError{fmt.Errorf("--action %s: no action on %s is stored", id, m.Policy.Model)}
	case len(past.Stages) == 0:
		return usageError{fmt.Errorf("--action %s: there is no such action on %s: there is %s", id, m.Policy.Model, strings.Join(past.Others, ", "))}
	}
	screen := terminal.New(cmd.OutOrStdout())
	a := past.Stages[0]
	screen.Printf("%s: decided at %s UTC to move %s from %s to %s, on %s: ln M = %.2f of %.2f after %s labels (%s).",
		a.ID, moment(a.Tick), a.Slot, a.From, a.To, a.Detector, a.LogM, a.Threshold, thousands(int64(a.Labels)), strings.ReplaceAll(string(a.Reason), "_", " "))
	var rows [][]string
	for _, s := range past.Stages {
		text := s.Sentence()
		if s.Detail != "" {
			text += ": " + s.Detail
		}
		rows = append(rows, []string{moment(s.At), strings.ReplaceAll(string(s.Stage), "_", " "), terminal.Plain(text)})
	}
	screen.Table([]string{"tick (UTC)", "stage", "what was done"}, rows)

	screen.Printf("\nThe guards, and what they saw")
	rows = nil
	for _, g := range past.Guards {
		rows = append(rows, []string{g[0], terminal.Plain(g[1])})
	}
	screen.Table([]string{"guard", "saw"}, rows)
	screen.Printf("")
	if past.Verdict.Tick.IsZero() {
		screen.Printf("The verdict of that tick is not stored any more.")
		return nil
	}
	refs, err := store.References(cmd.Context(), m.Policy.Model, a.Tick.Add(time.Millisecond)) // one pinned at the tick included
	if err != nil {
		return err
	}
	explainStanding(screen, m.Policy, past.Verdict, refs[a.From])
	explainPerformance(screen, past.Verdict)
	explainPaired(screen, past.Before, m.Policy.Budgets)
	screen.Printf("\nJudge it again: driftd evaluate --model %s --at %s", m.Policy.Model, a.Tick.Format(time.RFC3339))
	return nil
}
