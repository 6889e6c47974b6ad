package main

import (
	"cmp"
	"fmt"
	"math"
	"slices"
	"strings"
	"time"

	"github.com/driftd/driftd/evaluate"
	"github.com/driftd/driftd/internal/model"
	"github.com/driftd/driftd/internal/terminal"
)

// explainStanding says in sentences how the version stands.
func explainStanding(screen *terminal.Screen, p evaluate.Policy, v evaluate.Verdict, ref evaluate.Reference) {
	slot := "it does not hold the serving slot"
	if v.Serving {
		slot = "it holds the serving slot"
	}
	screen.Printf("%s is %s: %s. Judged at %s UTC; %s.", v.Ref, screen.Status(v.Status.String()), why(v.Reason), moment(v.Tick), slot)
	for _, half := range []struct {
		what string
		at   evaluate.Standing
		to   time.Time
	}{{"Data", v.Data(), v.CountedTo}, {"Drift", v.Drift, v.DriftTo}, {"Performance", v.Live, v.LabelsTo}} {
		switch {
		case half.at.Status == 0:
			screen.Printf("%s: not judged yet.", half.what)
		case half.to.IsZero():
			screen.Printf("%s: %s, %s.", half.what, half.at.Status, why(half.at.Reason))
		default:
			screen.Printf("%s: %s, %s; judged on data before %s UTC.", half.what, half.at.Status, why(half.at.Reason), moment(half.to))
		}
	}
	switch v.ReferenceID {
	case "":
		screen.Printf("Reference: not pinned yet.")
	case ref.ID:
		screen.Printf("Reference: %s (%s). %s", v.ReferenceID, source(ref), windowsOf(p, ref))
	default:
		screen.Printf("Reference: %s.", v.ReferenceID)
	}
}

// explainPerformance lists the detectors that may page or demote.
func explainPerformance(screen *terminal.Screen, v evaluate.Verdict) {
	var rows [][]string
	for _, e := range v.Evidence {
		if !e.Kind.Live() {
			continue
		}
		against := "baseline less tolerance"
		switch e.Kind {
		case evaluate.Paired:
			against = "version " + e.Against
		case evaluate.Floor:
			against = "stated floor"
		}
		rows = append(rows, []string{
			e.Check, against, fmt.Sprintf("%.4g", e.Limit), level(e), to(e, e.Page), to(e, e.Demote),
			fmt.Sprint(e.Rows), fmt.Sprint(e.Blocks), since(e),
		})
	}
	if len(rows) > 0 {
		screen.Printf("\nPerformance: what every detector has heard since it was started")
		screen.Table([]string{"metric", "held to", "limit", "level", "to page", "to demotion", "labels", "blocks", "since (UTC)"}, rows)
	}
	for _, e := range v.Evidence {
		explainNotice(screen, e)
	}
}

// falls are those that explain says when they would be noticed.
var falls = []float64{0.02, 0.05}

// explainNotice says when a lasting fall below the detector's limit would page.
func explainNotice(screen *terminal.Screen, e evaluate.Evidence) {
	var notices []string
	for _, fall := range falls {
		if labels, blocks, ok := e.Notice(fall); ok {
			notices = append(notices, fmt.Sprintf("%g below it in about %s, %s", fall, count(roughly(labels), "label"), count(int(math.Ceil(blocks)), "block")))
		}
	}
	if len(notices) > 0 {
		screen.Printf("A lasting fall of %s from its limit of %.4g would page: %s.", e.Check, e.Limit, strings.Join(notices, "; "))
	}
}

// roughly rounds to two digits.
func roughly(x float64) int {
	unit := math.Pow(10, math.Floor(math.Log10(x))-1)
	return int(math.Round(x/unit) * unit)
}

// shown bounds the list of series; those that moved are always in it.
const shown = 10

// explainDrift lists the series that are nearest to an alert.
func explainDrift(screen *terminal.Screen, v evaluate.Verdict) {
	var series []evaluate.Evidence
	for _, e := range v.Evidence {
		if e.Kind == evaluate.Drift {
			series = append(series, e)
		}
	}
	if len(series) == 0 {
		return
	}
	slices.SortStableFunc(series, func(a, b evaluate.Evidence) int {
		return cmp.Or(cmp.Compare(b.Level, a.Level), cmp.Compare(b.Share(b.Alert), a.Share(a.Alert)))
	})
	var rows [][]string
	for i, e := range series {
		if i < shown || e.Level > evaluate.None {
			measure, value, tolerated := "–", "–", "–"
			if voice, ok := e.Loudest(); ok {
				measure, value, tolerated = voice.Check, fmt.Sprintf("%.4g", *voice.Value), fmt.Sprintf("%.4g", voice.Limit)
			}
			rows = append(rows, []string{e.Named(), measure, value, tolerated, level(e), to(e, e.Alert), fmt.Sprint(e.Blocks), since(e)})
		}
	}
	title := "\nDrift: what every detector has heard, and the measure that speaks loudest"
	if left := len(series) - len(rows); left > 0 {
		title = fmt.Sprintf("\nDrift: the detectors nearest to an alert; %d more are quieter", left)
	}
	screen.Printf("%s", title)
	screen.Table([]string{"series", "measure", "last window", "tolerated", "level", "to alert", "windows", "since (UTC)"}, rows)
}

var levels = map[evaluate.Level]string{
	evaluate.None: "quiet", evaluate.Alerted: "moved", evaluate.Paged: "page", evaluate.Proven: "proven",
}

func level(e evaluate.Evidence) string {
	if e.Warned() {
		return "warn"
	}
	return levels[e.Level]
}

func to(e evaluate.Evidence, threshold float64) string {
	if threshold <= 0 {
		return "–"
	}
	return share(e.Share(threshold))
}

func since(e evaluate.Evidence) string {
	if e.Level == evaluate.None {
		return "–"
	}
	return moment(e.Onset)
}

// explainPaired prints every paired detector that was ever tried on the
// version, block by block, with the rule to recompute it.
func explainPaired(screen *terminal.Screen, history []evaluate.Verdict, budgets evaluate.Budgets) {
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
				share(math.Max(0, e.LogM/e.Demote)),
			}
			if n := len(rows[k]); n > 0 && rows[k][n-1][0] == text[0] {
				continue // no block closed at this tick
			}
			rows[k] = append(rows[k], text)
		}
	}
	if len(order) == 0 {
		return
	}
	screen.Printf(`
How to recompute the paired evidence. Per block, D = loss of the serving version
minus loss of the other one, request by request. For each bet λ of the grid
    ln E(λ) = Σ ln(1 + λ(D - tolerance)) / f, at most the cap, and
    M(λ) ← (M(λ) + 1)·E(λ);  M is the mean over the grid.
f is the design effect of the blocks before; the cap is a third of the demotion
threshold. Budgets: %g demotions, %g pages a model-year.`, budgets.Demotions, budgets.Pages)
	for _, k := range order {
		e := heads[k]
		screen.Printf("\nPaired %s against version %s: tolerance %g, page at ln M = %.3f, demotion at %.3f, cap %.3f", k.check, k.against, e.Limit, e.Page, e.Demote, e.Demote/3)
		screen.Table([]string{"block", "rows", "mean D", "design effect f", "sum of logs, per bet", "ln M", "to demotion"}, rows[k])
	}
}

func numbers(xs []float64) string {
	texts := make([]string, len(xs))
	for i, x := range xs {
		texts[i] = fmt.Sprintf("%.3f", x)
	}
	return strings.Join(texts, " ")
}

func sortVersions(versions []string) { slices.SortFunc(versions, model.CompareVersions) }
