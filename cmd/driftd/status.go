package main

import (
	"context"
	"fmt"
	"slices"
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

func newStatus() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "status",
		Short: "Show how every version stands; exit 3 when one is critical",
		Args:  noArgs,
	}
	asJSON := cmd.Flags().Bool("json", false, "print JSON for programs")
	return storeCommand(cmd, nil, func(ctx context.Context, store *clickhouse.Store, c config.Config, _ []string) error {
		all, err := standings(ctx, store, c)
		if err != nil {
			return err
		}
		waiting, err := app.Await(ctx, store, c.Models, time.Now())
		if err != nil {
			return err
		}
		if *asJSON {
			err = printStatusJSON(cmd.OutOrStdout(), all, waiting)
		} else {
			screen := terminal.New(cmd.OutOrStdout())
			printStatus(screen, all, time.Now())
			for _, note := range waiting.Notes() {
				screen.Printf("%s", note)
			}
			for _, standing := range all {
				standing.open.print(screen)
			}
		}
		if err != nil {
			return err
		}
		return critical(all)
	})
}

// standing is a model with the newest verdict of each of its versions.
type standing struct {
	model      config.Model
	verdicts   []evaluate.Verdict            // by version; none before the first tick
	references map[string]evaluate.Reference // by version
	beside     map[string][]beside           // by version
	open       openEvents
}

func standings(ctx context.Context, store *clickhouse.Store, c config.Config) ([]standing, error) {
	var all []standing
	for _, m := range c.Models {
		last, err := store.LastVerdicts(ctx, m.Policy.Model, forever)
		if err != nil {
			return nil, err
		}
		s := standing{model: m, beside: map[string][]beside{}}
		var newest time.Time
		for _, v := range last {
			s.verdicts = append(s.verdicts, v)
			if s.beside[v.Ref.Version], err = readBeside(ctx, store, m.Policy, v); err != nil {
				return nil, err
			}
			if v.Tick.After(newest) {
				newest = v.Tick
			}
		}
		if s.references, err = store.References(ctx, m.Policy.Model, forever); err != nil {
			return nil, err
		}
		if s.open, err = readOpenEvents(ctx, store, m.Policy, newest); err != nil {
			return nil, err
		}
		slices.SortFunc(s.verdicts, func(a, b evaluate.Verdict) int { return model.CompareVersions(a.Ref.Version, b.Ref.Version) })
		all = append(all, s)
	}
	return all, nil
}

// critical ends the program with the code that scripts look for.
func critical(all []standing) error {
	for _, s := range all {
		for _, v := range s.verdicts {
			if v.Status == evaluate.Critical {
				return exitCode(exitCritical)
			}
		}
	}
	return nil
}

func printStatus(screen *terminal.Screen, all []standing, now time.Time) {
	var rows [][]string
	var notes []string
	for _, s := range all {
		name := s.model.Policy.Model
		if len(s.verdicts) == 0 {
			rows = append(rows, []string{name, "–", "unknown", "no version of it has been judged yet", "–", "–", "–"})
			notes = append(notes, fmt.Sprintf("%s: is `driftd run` running, and do predictions arrive? Ask `driftd check --online`.", name))
			continue
		}
		var newest time.Time
		for _, v := range s.verdicts {
			if v.Tick.After(newest) {
				newest = v.Tick
			}
			slot := "–"
			if v.Serving {
				slot = "serving"
			}
			rows = append(rows, []string{v.Ref.String(), slot, v.Status.String(), why(v.Reason), page(v), demotion(v), moment(v.Tick)})
			if v.Status >= evaluate.Warning {
				notes = append(notes, fmt.Sprintf("%s is %s: driftd explain %s %s", v.Ref, v.Status, name, v.Ref.Version))
			}
			if near := nearAlert(v); near != "" {
				notes = append(notes, fmt.Sprintf("%s: at least half of the way to a drift alert: %s", v.Ref, near))
			}
			notes = append(notes, onReference(v, s.references[v.Ref.Version])...)
		}
		if due := s.model.Overdue(newest, now); !due.IsZero() {
			notes = append(notes, fmt.Sprintf("%s was last judged at %s UTC, though it was due again at %s UTC: is `driftd run` running?", name, moment(newest), moment(due)))
		}
	}
	screen.Table([]string{"version", "slot", "status", "why", "to page", "to demotion", "judged at (UTC)"}, rows)
	if len(notes) > 0 {
		screen.Printf("")
	}
	for _, note := range notes {
		screen.Printf("%s", note)
	}
}

// nearAlert names the series that may be alerted soon.
func nearAlert(v evaluate.Verdict) string {
	var near []string
	for _, e := range v.Evidence {
		if e.Warned() {
			near = append(near, fmt.Sprintf("%s (%s)", terminal.Plain(e.Named()), to(e, e.Alert)))
		}
	}
	return strings.Join(near, ", ")
}

// onReference says what is not well with what the version is compared with.
func onReference(v evaluate.Verdict, ref evaluate.Reference) (notes []string) {
	if v.ReferenceID == "" || ref.ID != v.ReferenceID {
		return nil
	}
	if !ref.VariationKnown() {
		notes = append(notes, fmt.Sprintf("%s: how much its honest windows differ is unknown, so ordinary ones may look like drift: driftd reference show %s %s", v.Ref, v.Ref.Name, v.Ref.Version))
	}
	if ref.Resembling() {
		notes = append(notes, fmt.Sprintf("%s: its windows resemble those before, so that drift may be told too often: a longer reference helps: driftd reference show %s %s", v.Ref, v.Ref.Name, v.Ref.Version))
	}
	if ref.Unused != "" {
		notes = append(notes, fmt.Sprintf("%s: its baseline is not used: driftd reference show %s %s", v.Ref, v.Ref.Name, v.Ref.Version))
	}
	return notes
}

// why says a reason in words.
func why(reason string) string {
	if reason == "" {
		return "nothing is wrong"
	}
	return evaluate.Sentence(reason)
}

// page and demotion say how far the worst evidence has come; a dash when
// nothing that leads there has been measured.
func page(v evaluate.Verdict) string {
	return way(v, func(e evaluate.Evidence) float64 { return e.Page })
}

func demotion(v evaluate.Verdict) string {
	return way(v, func(e evaluate.Evidence) float64 { return e.Demote })
}

func way(v evaluate.Verdict, threshold func(evaluate.Evidence) float64) string {
	text, worst := "–", -1.0
	for _, e := range v.Evidence {
		if limit := threshold(e); limit > 0 && e.Share(limit) > worst {
			worst = e.Share(limit)
			text = share(worst)
		}
	}
	return text
}

// share writes a part of the way, 1 being the whole of it.
func share(x float64) string { return fmt.Sprintf("%.0f%%", 100*x) }
