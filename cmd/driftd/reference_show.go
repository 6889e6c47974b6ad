package main

import (
	"context"
	"fmt"
	"maps"
	"math"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/driftd/driftd/evaluate"
	"github.com/driftd/driftd/internal/clickhouse"
	"github.com/driftd/driftd/internal/config"
	"github.com/driftd/driftd/internal/model"
	"github.com/driftd/driftd/internal/terminal"
)

func newReferenceShow() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "show MODEL [VERSION]",
		Short: "Show the references of a model's versions, or all of one",
	}
	asJSON := cmd.Flags().Bool("json", false, "print JSON for programs: every cell, count and variation")
	return modelCommand(cmd, 1, 2, func(ctx context.Context, store *clickhouse.Store, m config.Model, versions []string) error {
		if len(versions) == 0 {
			all, err := store.References(ctx, m.Policy.Model, forever)
			if err != nil {
				return err
			}
			refs := make([]evaluate.Reference, 0, len(all))
			for _, version := range slices.Sorted(maps.Keys(all)) {
				refs = append(refs, all[version])
			}
			if *asJSON {
				return printJSON(cmd.OutOrStdout(), refs)
			}
			listReferences(terminal.New(cmd.OutOrStdout()), refs)
			return nil
		}
		refs, err := pinned(ctx, store, m, versions)
		if err != nil {
			return err
		}
		if *asJSON {
			return printJSON(cmd.OutOrStdout(), refs[0])
		}
		showReference(terminal.New(cmd.OutOrStdout()), m, refs[0])
		return nil
	})
}

func listReferences(screen *terminal.Screen, refs []evaluate.Reference) {
	if len(refs) == 0 {
		screen.Printf("no reference is pinned yet: a version has a baseline in the registry, or a stated window, or its first days, must be over and its labels mature")
		return
	}
	var rows [][]string
	for _, r := range refs {
		rows = append(rows, []string{
			r.Ref.String(), r.ID, source(r), stated(r.From, time.DateOnly), stated(r.To, time.DateOnly), fmt.Sprint(r.Rows),
			r.PinnedAt.Format("2006-01-02 15:04"), r.Note,
		})
	}
	screen.Table([]string{"version", "reference", "source", "from", "to", "rows", "pinned at (UTC)", "note"}, rows)
}

// source says where a reference came from.
func source(r evaluate.Reference) string {
	if r.Of != "" {
		return r.Source + " " + r.Of
	}
	return r.Source
}

// showReference prints one reference: how every series is distributed, and how
// much its own windows differ among themselves, which is what a live window must
// exceed to count as drift.
func showReference(screen *terminal.Screen, m config.Model, r evaluate.Reference) {
	of := "predictions"
	switch r.Source {
	case evaluate.SourceBaseline:
		of = "rows that it was trained on,"
	case evaluate.SourceVersion:
		of = fmt.Sprintf("rows that %s is compared with,", model.Ref{Name: r.Ref.Name, Version: r.Of})
	}
	screen.Printf("%s is compared with reference %s: %d %s from %s to %s (%s), pinned at %s.", r.Ref, r.ID, r.Rows, of,
		stated(r.From, "2006-01-02 15:04"), stated(r.To, "2006-01-02 15:04"), source(r), r.PinnedAt.Format("2006-01-02 15:04 UTC"))
	screen.Printf("%s", windowsOf(m.Policy, r))
	if r.Unused != "" {
		screen.Printf("It has a baseline that is not used: %s", r.Unused)
	}
	if names := r.Uncompared(m.Policy); len(names) > 0 {
		screen.Printf("Not compared, as the reference does not have them: %s.", strings.Join(names, ", "))
	}
	if r.Note != "" {
		screen.Printf("Accepted because: %s", r.Note)
	}
	var baselines [][]string
	for _, name := range slices.Sorted(maps.Keys(r.Baselines)) {
		if b := r.Baselines[name]; b.Undefined == "" {
			baselines = append(baselines, []string{name, fmt.Sprintf("%.4f", b.Value), fmt.Sprintf("%.4f to %.4f", b.Lower, b.Upper), fmt.Sprint(b.N)})
		}
	}
	if len(baselines) > 0 {
		if r.Source == evaluate.SourceBaseline {
			screen.Printf("\nIts performance on held-out rows, as its baseline states it:")
		} else {
			screen.Printf("\nIts own live performance, at a label coverage of %.1f %%:", 100*r.Coverage)
		}
		screen.Table([]string{"metric", "value", "95 % interval", "labels"}, baselines)
	}
	switch {
	case r.Calibration != nil:
		screen.Printf("\nIts scores are calibrated on %d labels (error %.3f on rows not fitted): performance is expected from scores before labels come.", r.Calibration.Rows, r.Calibration.Error)
	case r.Uncalibrated != "":
		screen.Printf("\nNo performance is expected from scores: %s.", r.Uncalibrated)
	}
	screen.Printf("\nIts inputs, and what a window of %s of it measures against the rest (half of them below the first number, one in a hundred above the second):",
		brief(m.Policy.Window(r)))
	names := measuresOf(r)
	header := append([]string{"series", "distribution"}, names...)
	for _, n := range within {
		header = append(header, fmt.Sprintf("in %d", n))
	}
	noticed := map[string][]float64{}
	for _, s := range r.Sensitivity(m.Policy, r.PerWindow(m.Policy), within) {
		noticed[s.Series] = s.Share
	}
	var rows [][]string
	unknown := 0
	for _, s := range r.Series {
		row := []string{s.Name, s.Describe()}
		for _, name := range names {
			v, ok := s.Variation[name]
			switch {
			case !ok:
				row = append(row, "–")
			case !v.Known():
				unknown++
				row = append(row, fmt.Sprintf("unknown (%d)", v.K))
			default:
				cell := fmt.Sprintf("%.3g, %.3g", math.Exp(v.Mean), v.Upper(0.01))
				if v.R1 >= 0.3 {
					cell += fmt.Sprintf(" r₁ %.1f", v.R1)
				}
				row = append(row, cell)
			}
		}
		for _, share := range noticed[s.Name] {
			if math.IsNaN(share) {
				row = append(row, "–")
			} else {
				row = append(row, fmt.Sprintf("%.1f%%", 100*share))
			}
		}
		rows = append(rows, row)
	}
	screen.Table(header, rows)
	if unknown > 0 {
		cure := "a longer reference"
		if r.Source == evaluate.SourceBaseline {
			cure = "a baseline with blocks as long as drift.window, or of a part of it,"
		}
		screen.Printf("\nunknown: fewer than 8 windows could be compared, so honest days may look like drift: %s is the cure.", cure)
	}
	screen.Printf("in 1, 7, 30: share of rows that must move for good, to the largest tenth or to an unseen category, to be noticed within as many windows.")
	screen.Printf("r₁: windows of this series resemble those before; what they testify is discounted for it.")
	printSegments(screen, m.Policy, r)
}

// windowsOf says how long the windows are that are held to a reference, and why.
func windowsOf(p evaluate.Policy, r evaluate.Reference) string {
	length := p.Window(r)
	text := fmt.Sprintf("Its windows are of %s", brief(length))
	switch {
	case r.Resembling():
		text += fmt.Sprintf(", and resemble those before at every length: of %.0f %% of series and measures natural variation is usable. A longer reference helps", 100*r.Usable())
	case r.Auto:
		text += fmt.Sprintf(", the shortest whose natural variation is usable: of %.0f %% of series and measures", 100*r.Usable())
	}
	if p.Drift.Window != evaluate.AutoWindow && p.Drift.Window != length {
		text += fmt.Sprintf("; drift.window is %s now, which holds for references from now on: see driftd reference accept", brief(p.Drift.Window))
	}
	return text + "."
}

// stated writes a time; a baseline need not state any.
func stated(t time.Time, layout string) string {
	if t.IsZero() {
		return "–"
	}
	return t.Format(layout)
}

// measuresOf returns the measures whose variation the reference knows, in order.
func measuresOf(r evaluate.Reference) []string {
	found := map[string]bool{}
	for _, s := range r.Series {
		for name := range s.Variation {
			found[name] = true
		}
	}
	return slices.Sorted(maps.Keys(found))
}
