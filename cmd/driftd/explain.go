package main

import (
	"context"
	"errors"
	"fmt"
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
		Long: `Show the evidence behind the newest verdict of a version, the serving one
unless another is named: how inputs moved, what every detector has heard, how far
it is from an alarm, and the numbers from which the alarm can be recomputed. With --action,
the same of a past action: how far it got, the verdict it rested on, and what every
guard saw. ` + "`driftd history MODEL`" + ` lists actions.`,
		Example: `  driftd explain churn-prediction-model 3
  driftd explain churn-prediction-model 3 --feature tenure`,
	}
	feature := cmd.Flags().String("feature", "", "show the `series` alone, bin by bin: a feature, (score) or (class)")
	asJSON := cmd.Flags().Bool("json", false, "print JSON for programs")
	action := cmd.Flags().String("action", "", "explain the action with this `id`")
	return modelCommand(cmd, 1, 2, func(ctx context.Context, store *clickhouse.Store, m config.Model, versions []string) error {
		if *action != "" {
			if len(versions) > 0 {
				return usageError{errors.New("--action says which version: leave it out")}
			}
			return explainAction(cmd, store, m, *action)
		}
		version := ""
		if len(versions) == 1 {
			version = versions[0]
		}
		last, err := store.LastVerdicts(ctx, m.Policy.Model, forever)
		if err != nil {
			return err
		}
		verdict, err := choose(last, m.Policy.Model, version)
		if err != nil {
			return err
		}
		moved, err := readMoved(ctx, store, m.Policy, verdict, *feature)
		if err != nil {
			return err
		}
		waiting, err := app.Await(ctx, store, []config.Model{m}, time.Now())
		if err != nil {
			return err
		}
		waiting = waiting.About(verdict.Ref)
		screen := terminal.New(cmd.OutOrStdout())
		switch {
		case *feature != "" && len(moved) == 0:
			return usageError{fmt.Errorf("no drift of %q of %s has been measured: measured are %s", *feature, verdict.Ref, orDash(strings.Join(measuredSeries(verdict), ", ")))}
		case *asJSON:
			results, err := newestResults(ctx, store, verdict)
			if err != nil {
				return err
			}
			return printExplainJSON(cmd.OutOrStdout(), verdict, waiting, moved, results, *feature != "")
		case *feature != "":
			explainSeries(screen, verdict, moved[0])
			return nil
		}
		return explain(ctx, screen, store, m.Policy, verdict, waiting, moved)
	})
}

// explain prints how one version stands, how its inputs moved, what every
// detector has heard, and the paired ones block by block.
func explain(ctx context.Context, screen *terminal.Screen, store *clickhouse.Store, p evaluate.Policy, verdict evaluate.Verdict, waiting app.Waiting, moved []evaluate.MovedSeries) error {
	history, err := store.History(ctx, verdict.Ref, time.Unix(0, 0), forever)
	if err != nil {
		return err
	}
	actions, err := store.Actions(ctx, p.Model, forever)
	if err != nil {
		return err
	}
	results, err := newestResults(ctx, store, verdict)
	if err != nil {
		return err
	}
	rows, err := readBeside(ctx, store, p, verdict)
	if err != nil {
		return err
	}
	references, err := store.References(ctx, p.Model, forever)
	if err != nil {
		return err
	}
	ref := references[verdict.Ref.Version]
	explainStanding(screen, p, verdict, ref)
	p.Drift.Window = p.Window(ref) // what follows is about its windows
	for _, note := range waiting.Notes() {
		screen.Printf("%s", note)
	}
	for _, a := range actions {
		switch {
		case a.From != verdict.Ref.Version || a.Waits():
		case !a.Moved():
			screen.Printf("At %s UTC: %s.", moment(a.At), a.Sentence())
		default:
			effect := "traffic has not been seen to follow"
			if !a.Effective.IsZero() {
				effect = "traffic followed at " + moment(a.Effective) + " UTC"
			}
			screen.Printf("Demoted at %s UTC in favour of %s: %s reached ln M = %.2f of %.2f after %d labels; now %s, %s.",
				moment(a.Tick), a.To, a.Detector, a.LogM, a.Threshold, a.Labels, strings.ReplaceAll(string(a.Stage), "_", " "), effect)
		}
	}
	explainPerformance(screen, verdict)
	explainLabels(screen, results)
	explainSegments(screen, results)
	explainExpected(screen, results)
	explainData(screen, verdict)
	explainMoved(screen, p, moved)
	explainDrift(screen, verdict)
	explainBeside(screen, p.Drift.Compare, rows)
	explainPaired(screen, history, p.Budgets)
	return nil
}

// newestResults reads those of the ticks at which the newest window and the newest
// block of labels were judged, by window, oldest first.
func newestResults(ctx context.Context, store *clickhouse.Store, v evaluate.Verdict) ([]evaluate.Result, error) {
	return store.Results(ctx, v.Ref, earliest(v.DriftTo, v.LabelsTo), v.Tick)
}

// earliest returns the earlier of two times, of which one may be zero.
func earliest(a, b time.Time) time.Time {
	if a.IsZero() || !b.IsZero() && b.Before(a) {
		return b
	}
	return a
}

// choose returns the verdict of the version, "" being the serving one.
func choose(last map[string]evaluate.Verdict, name, version string) (evaluate.Verdict, error) {
	if len(last) == 0 {
		return evaluate.Verdict{}, fmt.Errorf("no version of %s has been judged yet: is `driftd run` running, and do predictions arrive?", name)
	}
	var versions []string
	for v, verdict := range last {
		if v == version || version == "" && verdict.Serving {
			return verdict, nil
		}
		versions = append(versions, v)
	}
	sortVersions(versions)
	if version == "" {
		return evaluate.Verdict{}, usageError{fmt.Errorf("no judged version of %s holds the serving slot: name one of %s", name, strings.Join(versions, ", "))}
	}
	return evaluate.Verdict{}, usageError{fmt.Errorf("%s has not been judged: judged are %s", model.Ref{Name: name, Version: version}, strings.Join(versions, ", "))}
}
