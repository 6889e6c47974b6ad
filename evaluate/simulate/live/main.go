package main

import (
	"flag"
	"fmt"
	"io"
	"math"
	"os"

	"github.com/driftd/driftd/evaluate/evidence"
)

func main() {
	seed := flag.Uint64("seed", 1, "of all draws")
	years := flag.Int("years", 10_000, "model-years per line; a fiftieth of them where rows are drawn one by one")
	trials := flag.Int("trials", 401, "drops per line")
	flag.Parse()
	if *years < 1 || *trials < 1 {
		fmt.Fprintf(os.Stderr, "simulate performance: %d years and %d trials: give at least 1 of each\n", *years, *trials)
		os.Exit(2)
	}
	if err := report(os.Stdout, *seed, *years, *trials); err != nil {
		fmt.Fprintf(os.Stderr, "simulate performance: %v\n", err)
		os.Exit(1)
	}
}

// The models that are drawn.
const (
	rows        = 960
	baseline    = .90
	tolerance   = .01
	discordance = .10
	positive    = .20
)

var (
	budgets          = []float64{1, .1, .01}
	effects          = []float64{1, 3, 7, 13, 30}
	drops            = []float64{.01, .02, .03, .05, .08, .10, .15}
	absoluteAccuracy = accuracy{baseline - tolerance}
	pairedAccuracy   = paired{tolerance, discordance}
	absoluteAUC      = auc{baseline - tolerance, positive}
)

// Thresholds of the defaults: three metrics, absolute ones may page, paired ones
// may demote.
var (
	page   = evidence.Threshold(6, year, .5)
	demote = evidence.Threshold(3, year, .01)
)

func streams() (all []Stream) {
	for _, ar := range []float64{0, .5} {
		for _, effect := range effects {
			if ar == 0 || effect > 1 {
				all = append(all, Stream{Rows: rows, Effect: effect, AR: ar})
			}
		}
	}
	for _, volume := range []string{"weekly", "growing"} {
		for _, effect := range []float64{1, 7} {
			all = append(all, Stream{Rows: rows, Volume: volume, Effect: effect})
		}
	}
	return append(all, Stream{Rows: 100_000, Effect: 1}, Stream{Rows: 100_000, Effect: 30}, Stream{Rows: rows, Effect: 7, AR: .8})
}

func report(out io.Writer, seed uint64, years, trials int) error {
	fmt.Fprintf(out, heading, seed, years, trials, seed, years, trials)
	for _, part := range []func(io.Writer, uint64, int, int) error{budgetsKept, delays, besideRules, ofAUC} {
		if err := part(out, seed, years, trials); err != nil {
			return err
		}
	}
	_, err := fmt.Fprint(out, reading)
	return err
}

// budgetsKept prints the false alarms at the boundary and where nothing changed.
func budgetsKept(out io.Writer, seed uint64, years, _ int) error {
	for _, kind := range []struct {
		name            string
		metric          metric
		boundary, quiet float64
	}{
		{"Paired accuracy, which may demote", pairedAccuracy, tolerance, 0},
		{"Absolute accuracy, which may page", absoluteAccuracy, baseline - tolerance, baseline},
	} {
		fmt.Fprintf(out, nullHeading, kind.name)
		for _, s := range streams() {
			fmt.Fprintf(out, "| %s |", s)
			for _, budget := range budgets {
				for _, mean := range []float64{kind.boundary, kind.quiet} {
					rate, deviation, err := null(seed, years, s, kind.metric, mean, budget)
					if err != nil {
						return err
					}
					fmt.Fprintf(out, " %s |", alarms(rate, deviation))
				}
			}
			fmt.Fprintln(out)
		}
	}
	return nil
}

// alarms writes a rate that may be tiny.
func alarms(rate, deviation float64) string {
	if rate == 0 {
		return "0"
	}
	return fmt.Sprintf("%.2g ± %.1g", rate, deviation)
}

// delays prints how soon drops of accuracy are noticed.
func delays(out io.Writer, seed uint64, _, trials int) error {
	fmt.Fprint(out, delayHeading)
	for _, drop := range drops {
		fmt.Fprintf(out, "| %g |", 100*drop)
		bound := math.Inf(1)
		if drop > tolerance {
			bound = evidence.ExpectedLabels(page, baseline-tolerance, baseline-drop, 1) / rows
		}
		fmt.Fprintf(out, " %s |", days(bound))
		for _, effect := range []float64{1, 7, 30} {
			s := Stream{Rows: rows, Effect: effect}
			median, slow, err := delay(seed, trials, s, absoluteAccuracy, baseline, baseline-drop, page)
			if err != nil {
				return err
			}
			fmt.Fprintf(out, " %s |", medianSlow(median, slow))
		}
		for _, effect := range []float64{1, 7, 30} {
			s := Stream{Rows: rows, Effect: effect}
			if drop > discordance {
				fmt.Fprint(out, " |")
				continue
			}
			median, slow, err := delay(seed, trials, s, pairedAccuracy, 0, drop, demote)
			if err != nil {
				return err
			}
			fmt.Fprintf(out, " %s |", medianSlow(median, slow))
		}
		fmt.Fprintln(out)
	}
	return nil
}

func days(x float64) string {
	switch {
	case math.IsInf(x, 1):
		return "never"
	case x < 1:
		return "< 1"
	}
	return fmt.Sprintf("%.0f", math.Ceil(x))
}

func medianSlow(median, slow int) string {
	text := func(n int) string {
		if n >= patience {
			return "not seen"
		}
		return fmt.Sprint(n)
	}
	if median >= patience {
		return text(median)
	}
	return text(median) + " (" + text(slow) + ")"
}

// besideRules prints what fixed rules do with the same labels.
func besideRules(out io.Writer, seed uint64, years, trials int) error {
	some := []float64{.02, .05, .10}
	for _, effect := range []float64{1, 7} {
		s := Stream{Rows: rows, Effect: effect}
		fmt.Fprintf(out, ruleHeading, effect)
		for _, r := range rules {
			j, err := judge(seed, max(1, years/20), trials, s, baseline, some, r.make)
			if err != nil {
				return err
			}
			fmt.Fprintf(out, "| %s | %.1f ± %.1f |", r.name, j.alarms, j.deviation)
			for _, median := range j.median {
				fmt.Fprintf(out, " %s |", medianOnly(median))
			}
			fmt.Fprintln(out)
		}
		rate, deviation, err := null(seed, years, s, absoluteAccuracy, baseline, .5/6)
		if err != nil {
			return err
		}
		fmt.Fprintf(out, "| **driftd**, its share of a budget of 0.5 pages | %s |", alarms(rate, deviation))
		for _, drop := range some {
			median, _, err := delay(seed, trials, s, absoluteAccuracy, baseline, baseline-drop, page)
			if err != nil {
				return err
			}
			fmt.Fprintf(out, " %s |", medianOnly(median))
		}
		fmt.Fprintln(out)
	}
	return nil
}

func medianOnly(median int) string {
	if median >= patience {
		return "not seen"
	}
	return fmt.Sprint(median)
}

// ofAUC prints the same of the AUC, whose rows are drawn one by one.
func ofAUC(out io.Writer, seed uint64, years, trials int) error {
	fmt.Fprintf(out, aucHeading, max(1, years/50))
	for _, effect := range []float64{1, 7} {
		s := Stream{Rows: rows, Effect: effect}
		fmt.Fprintf(out, "| %g |", effect)
		for _, budget := range []float64{1, .1} {
			rate, deviation, err := null(seed, max(1, years/50), s, absoluteAUC, baseline-tolerance, budget)
			if err != nil {
				return err
			}
			fmt.Fprintf(out, " %s |", alarms(rate, deviation))
		}
		for _, drop := range []float64{.03, .05, .10} {
			median, slow, err := delay(seed, max(1, trials/8), s, absoluteAUC, baseline, baseline-drop, page)
			if err != nil {
				return err
			}
			fmt.Fprintf(out, " %s |", medianSlow(median, slow))
		}
		fmt.Fprintln(out)
	}
	return nil
}
