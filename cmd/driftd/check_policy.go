package main

import (
	"context"
	"fmt"
	"maps"
	"math"
	"slices"
	"strings"
	"time"

	"github.com/driftd/driftd/evaluate"
	"github.com/driftd/driftd/internal/config"
	"github.com/driftd/driftd/internal/terminal"
)

// within are the numbers of drift windows for which it is said what would be
// noticed.
var within = []int{1, 7, 30}

// checkPolicies says what each model's budgets come to at the volume that its
// references have seen: the thresholds, and which lasting shifts they would miss.
// Models without a reference, or a store without tables, have nothing to say.
func checkPolicies(ctx context.Context, screen *terminal.Screen, c config.Config) error {
	store, done, err := readStore(ctx, c)
	if err != nil {
		return nil // what is wrong with the store was said above
	}
	defer done()
	var rows [][]string
	for _, m := range c.Models {
		refs, err := store.References(ctx, m.Policy.Model, forever)
		if err != nil {
			return err
		}
		for _, version := range slices.Sorted(maps.Keys(refs)) {
			rows = append(rows, policyRow(m, refs[version]))
		}
	}
	if len(rows) == 0 {
		screen.Printf("\nWhat the budgets come to is known once a reference is pinned.")
		return nil
	}
	header := []string{"version", "window", "rows", "drift at", "data at", "page at", "demotion at"}
	for _, n := range within {
		header = append(header, fmt.Sprintf("in %d", n))
	}
	screen.Printf("\nWhat the budgets come to at the volume of the references. Thresholds are evidence, ln M; the shares are of rows that\nmust move for good until half of the series show it within 1, 7 and 30 windows; hidden series show nothing by then.")
	screen.Table(append(header, "hidden"), rows)
	return nil
}

func policyRow(m config.Model, r evaluate.Reference) []string {
	t := m.Policy.Thresholds(r)
	perWindow := r.PerWindow(m.Policy)
	row := []string{
		r.Ref.String(), brief(m.Policy.Window(r)), fmt.Sprint(perWindow),
		fmt.Sprintf("%.1f", t.Drift), fmt.Sprintf("%.1f", t.Quality), threshold(t.Page), threshold(t.Demotion),
	}
	all := r.Sensitivity(m.Policy, perWindow, within)
	for i := range within {
		row = append(row, medianShare(all, i))
	}
	return append(row, strings.Join(hidden(all), ", "))
}

// threshold is – where nothing can raise the alarm.
func threshold(logC float64) string {
	if math.IsInf(logC, 1) {
		return "–"
	}
	return fmt.Sprintf("%.1f", logC)
}

// medianShare is the share of rows that must move for half of the series to show
// it; a series that shows nothing counts as more than all.
func medianShare(all []evaluate.Sensitivity, i int) string {
	var shares []float64
	for _, s := range all {
		share := s.Share[i]
		if math.IsNaN(share) {
			share = math.Inf(1)
		}
		shares = append(shares, share)
	}
	slices.Sort(shares)
	if len(shares) == 0 || math.IsInf(shares[(len(shares)-1)/2], 1) {
		return "–"
	}
	return fmt.Sprintf("%.0f%%", 100*shares[(len(shares)-1)/2])
}

// hidden lists the series of which not even a shift of all rows would be noticed
// within the longest time.
func hidden(all []evaluate.Sensitivity) []string {
	var names []string
	for _, s := range all {
		if math.IsNaN(s.Share[len(s.Share)-1]) {
			names = append(names, s.Series)
		}
	}
	return names
}

// brief writes a duration without its zero parts.
func brief(d time.Duration) string {
	return strings.TrimSuffix(strings.TrimSuffix(d.String(), "0s"), "0m")
}
