package main

import (
	"context"
	"fmt"
	"math"
	"strings"
	"time"

	"github.com/driftd/driftd/evaluate"
	"github.com/driftd/driftd/internal/clickhouse"
	"github.com/driftd/driftd/internal/terminal"
)

// readMoved tells how series moved: the named one, or without a name those that are
// notable; none of a version whose reference is not pinned.
func readMoved(ctx context.Context, store *clickhouse.Store, p evaluate.Policy, v evaluate.Verdict, name string) ([]evaluate.MovedSeries, error) {
	refs, err := store.References(ctx, p.Model, forever)
	ref := refs[v.Ref.Version]
	if err != nil {
		return nil, err
	}
	if ref.ID != v.ReferenceID {
		if name != "" {
			err = fmt.Errorf("%s was judged against reference %s, and is compared with another one since: ask again after the next tick", v.Ref, v.ReferenceID)
		}
		return nil, err
	}
	return evaluate.New(store, store, store).Moved(ctx, p, ref, v, name)
}

func explainMoved(screen *terminal.Screen, p evaluate.Policy, moved []evaluate.MovedSeries) {
	if len(moved) == 0 {
		return
	}
	var rows [][]string
	for _, m := range moved {
		window := "–"
		if m.Evidence.Listed {
			window = "differs"
		}
		rows = append(rows, []string{
			terminal.Plain(m.Evidence.Named()), terminal.Plain(m.Movement.Before()), terminal.Plain(m.Movement.After()), measured(m.Movement), level(m.Evidence), share(m.Evidence.Furthest()),
			m.Movement.From.UTC().Format(time.DateOnly), window,
		})
	}
	screen.Printf("\nWhat moved: the reference before; after, all rows since the change began, up to the last window")
	screen.Table([]string{"series", "before", "after", "measure", "level", "evidence", "since", "last window"}, rows)
	screen.Printf(`Of numbers: median (10 %% to 90 %%). Evidence: share of the way to an alert, or what it
was at the alert. Last window: those that differ by more than chance, of which %s at
most are expected not to; alerts rest on the evidence of all windows.`, evaluate.Percent(p.DiscoveryRate()))
}

// explainSeries tells one series bin by bin.
func explainSeries(screen *terminal.Screen, v evaluate.Verdict, m evaluate.MovedSeries) {
	screen.Printf("%s of %s: %s.", terminal.Plain(m.Evidence.Named()), v.Ref, terminal.Plain(m.Movement.String()))
	screen.Printf("Live are %s rows from %s to %s UTC. Level: %s, %s of the way to an alert.\n",
		thousands(int64(m.Movement.Rows)), moment(m.Movement.From), moment(m.Movement.To), level(m.Evidence), share(m.Evidence.Furthest()))
	var sum, most float64
	for _, b := range m.Bins {
		sum, most = sum+b.Contribution, math.Max(most, b.Contribution)
	}
	var rows [][]string
	for _, b := range m.Bins {
		bar := 0
		if most > 0 {
			bar = int(math.Round(24 * b.Contribution / most))
		}
		rows = append(rows, []string{terminal.Plain(b.Bin), fmt.Sprintf("%.1f%%", 100*b.Before), fmt.Sprintf("%.1f%%", 100*b.After), evaluate.Figure(b.Contribution), strings.Repeat("█", bar)})
	}
	screen.Table([]string{"bin", "reference", "live", "to PSI", ""}, rows)
	screen.Printf("The contributions add up to a PSI of %s.", evaluate.Figure(sum))
}

func measured(m evaluate.Movement) string {
	if m.Value == nil {
		return "–"
	}
	return fmt.Sprintf("%s %s", m.Check, evaluate.Figure(*m.Value))
}

// measuredSeries lists the series of which drift is measured.
func measuredSeries(v evaluate.Verdict) []string {
	var names []string
	for _, e := range v.Evidence {
		if e.Kind == evaluate.Drift {
			names = append(names, e.Named())
		}
	}
	return names
}
