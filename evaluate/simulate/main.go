package main

import (
	"context"
	"flag"
	"fmt"
	"io"
	"os"
	"os/signal"
	"time"
)

func main() {
	seed := flag.Uint64("seed", 1, "of all draws")
	years := flag.Int("years", 12, "model-years per stream; a quarter of them of hourly windows")
	trials := flag.Int("trials", 20, "streams per change")
	auto := flag.Bool("auto", false, "print only what window: auto chooses, and its alerts")
	flag.Parse()
	if *years < 1 || *trials < 1 {
		fmt.Fprintf(os.Stderr, "simulate drift: %d years and %d trials: give at least 1 of each\n", *years, *trials)
		os.Exit(2)
	}
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	tell := func() error { return report(ctx, os.Stdout, *seed, *years, *trials) }
	if *auto {
		tell = func() error { return reportAuto(ctx, os.Stdout, *seed, *years) }
	}
	if err := tell(); err != nil {
		fmt.Fprintf(os.Stderr, "simulate drift: %v\n", err)
		os.Exit(1)
	}
}

// daily returns a stream of daily windows; rows share causes as stated.
func daily(rows int, shared, ar float64) World {
	return World{Window: day, Rows: rows, Reference: 61, Numeric: 15, Categorical: 5, Shared: shared, AR: ar}.named()
}

func hourly(shared, ar float64) World {
	return World{Window: time.Hour, Rows: 500, Reference: 28 * 24, Numeric: 6, Categorical: 2, Shared: shared, AR: ar}.named()
}

func weekly(shared, ar float64) World {
	return World{Window: 7 * day, Rows: 7000, Reference: 26, Numeric: 15, Categorical: 5, Shared: shared, AR: ar}.named()
}

func (w World) named() World {
	length := map[time.Duration]string{time.Hour: "an hour", day: "a day", 7 * day: "a week"}[w.Window]
	w.Name = fmt.Sprintf("%s | %d | %d + %d | %d | %g | %g", length, w.Rows, w.Numeric, w.Categorical, w.Reference, w.Shared, w.AR)
	return w
}

var nulls = []World{
	daily(500, 0, 0), daily(500, .05, 0), daily(500, .05, .5), daily(500, .2, .5), daily(500, .2, .9),
	daily(100_000, 0, 0), daily(100_000, .05, 0), daily(100_000, .05, .5), daily(100_000, .2, .5),
	hourly(0, 0), hourly(.05, 0), hourly(.05, .5),
	weekly(0, 0), weekly(.05, .5), weekly(.2, .5), weekly(.2, .9),
}

var powers = []World{daily(500, 0, 0), daily(500, .05, .5), daily(100_000, .05, .5)}

var changes = []struct {
	name string
	Change
}{
	{"shift .05 sd", Change{Shift: .05}}, {"shift .1 sd", Change{Shift: .1}}, {"shift .2 sd", Change{Shift: .2}},
	{"shift .3 sd", Change{Shift: .3}}, {"shift .5 sd", Change{Shift: .5}}, {"shift 1 sd", Change{Shift: 1}},
	{"2 % to another category", Change{Moved: .02}}, {"10 % to another category", Change{Moved: .1}},
	{"20 % to another category", Change{Moved: .2}},
	{"2 % to a new category", Change{New: .02}}, {"10 % to a new category", Change{New: .1}},
}

// report prints the page. Hourly windows are 24 times as many, and streams of hours are
// drawn for windows that are chosen: fewer years.
func report(ctx context.Context, out io.Writer, seed uint64, years, trials int) error {
	fmt.Fprintf(out, heading, seed, years, max(1, years/4), trials, seed, years, trials, budget)
	for _, w := range nulls {
		n := years
		if w.Window < day {
			n = max(1, years/4)
		}
		rates, err := null(ctx, w, seed, n)
		if err != nil {
			return err
		}
		fmt.Fprintf(out, "| %s |", w.Name)
		for _, r := range rates {
			fmt.Fprintf(out, " %.1f ± %.1f (%.1f %%) |", r.mean, r.error, 100*r.firing)
		}
		fmt.Fprintln(out)
	}
	if err := reportAuto(ctx, out, seed, max(1, years/2)); err != nil {
		return err
	}
	for _, w := range powers {
		fmt.Fprintf(out, changing, w.Rows, w.Shared, w.AR)
		for _, c := range changes {
			seen, err := see(ctx, w, seed, trials, c.Change)
			if err != nil {
				return err
			}
			fmt.Fprintf(out, "| %s |", c.name)
			for _, s := range seen {
				if s.median > patience {
					fmt.Fprintf(out, " %.0f %% |", 100*s.seen)
				} else {
					fmt.Fprintf(out, " %.0f %%, %d |", 100*s.seen, s.median)
				}
			}
			fmt.Fprintln(out)
		}
	}
	_, err := fmt.Fprint(out, reading)
	return err
}
