package main

import (
	"context"
	"fmt"
	"io"
	"math"
	"time"

	"gonum.org/v1/gonum/stat"

	"github.com/driftd/driftd/evaluate"
	"github.com/driftd/driftd/evaluate/simulate/runs"
)

// chosen is what `window: auto` makes of a stream: the length it takes, of how
// many series and measures natural variation is usable, and how many alerts the
// days that follow have, in which nothing changes.
type chosen struct {
	window time.Duration
	alerts int
	tried  map[time.Duration]float64 // usable, by length
}

// autoWorld is a stream of hours whose reference are so many days.
func autoWorld(shared, ar float64, days int) World {
	return World{Window: time.Hour, Rows: 250, Reference: days * 24, Numeric: 6, Categorical: 2, Shared: shared, AR: ar}.named()
}

// lengths are those that auto chooses from.
var lengths = []time.Duration{time.Hour, day, 3 * day, 7 * day}

// reportAuto prints, of streams in which nothing changes, which window auto takes: how
// often each, with the mean share of series and measures that are usable there; and the
// alerts of the years that follow, one a stream.
func reportAuto(ctx context.Context, out io.Writer, seed uint64, years int) error {
	fmt.Fprintf(out, choosing, years)
	for _, w := range []World{
		autoWorld(0, 0, 61), autoWorld(.05, 0, 61), autoWorld(.05, .5, 61), autoWorld(.2, .5, 61), autoWorld(.2, .9, 61), autoWorld(.2, .9, 182),
	} {
		all, alerts := make([]chosen, years), make([]float64, years)
		err := runs.Parallel(years, func(i int) (err error) {
			all[i], err = choose(ctx, w, seed, uint64(i), 365)
			alerts[i] = float64(all[i].alerts)
			return err
		})
		if err != nil {
			return err
		}
		fmt.Fprintf(out, "| %g | %g | %d |", w.Shared, w.AR, w.Reference/24)
		for _, length := range lengths {
			taken, usable := 0, 0.0
			for _, c := range all {
				usable += c.tried[length] / float64(years)
				if c.window == length {
					taken++
				}
			}
			fmt.Fprintf(out, " %d (%.2f) |", taken, usable)
		}
		mean, deviation := stat.MeanStdDev(alerts, nil)
		if years == 1 {
			deviation = 0
		}
		fmt.Fprintf(out, " %.1f ± %.1f |\n", mean, deviation/math.Sqrt(float64(years)))
	}
	return nil
}

// choose pins a reference of a stream of hours by auto and judges so many days, at the
// end of each window.
func choose(ctx context.Context, w World, seed, run uint64, days int) (chosen, error) {
	st := newStore(newStream(w, runs.Generator(seed, run), Change{}))
	p := st.policy()
	p.Bucket = w.Window
	out := chosen{tried: map[time.Duration]float64{}}
	for _, length := range lengths {
		p.Drift.Window = length
		ref, err := pin(ctx, st, p)
		if err != nil {
			return out, err
		}
		out.tried[length] = ref.Usable()
	}
	p.Drift.Window = evaluate.AutoWindow
	ref, err := pin(ctx, st, p)
	if err != nil {
		return out, err
	}
	out.window = ref.Window
	past := evaluate.Past{Verdicts: map[string]evaluate.Verdict{}, References: map[string]evaluate.Reference{"1": ref}}
	evaluator, moved := evaluate.New(st, st, st), map[string]bool{}
	for range days * int(day/w.Window) {
		end := st.advance()
		if end.Sub(st.origin)%ref.Window != 0 {
			continue
		}
		verdicts, err := evaluator.Evaluate(ctx, p, "1", past, end.Add(10*time.Minute))
		if err != nil {
			return out, err
		}
		past.Verdicts["1"] = verdicts[0]
		for _, e := range verdicts[0].Evidence {
			now := e.Level >= evaluate.Alerted
			if now && !moved[e.Feature] {
				out.alerts++
			}
			moved[e.Feature] = now
		}
	}
	return out, nil
}

// pin returns the reference that the policy makes of the stream's first windows.
func pin(ctx context.Context, st *store, p evaluate.Policy) (evaluate.Reference, error) {
	past := evaluate.Past{Verdicts: map[string]evaluate.Verdict{}}
	var pinned evaluate.Reference
	keep := keeper{st, &pinned}
	_, err := evaluate.New(st, keep, st).Evaluate(ctx, p, "1", past, st.referenceEnd().Add(10*time.Minute))
	if err == nil && pinned.ID == "" {
		err = fmt.Errorf("%s: no reference was pinned", st.stream.Name)
	}
	return pinned, err
}

// keeper keeps the reference that is pinned.
type keeper struct {
	*store
	pinned *evaluate.Reference
}

func (k keeper) Pin(_ context.Context, ref evaluate.Reference) error {
	*k.pinned = ref
	return nil
}
