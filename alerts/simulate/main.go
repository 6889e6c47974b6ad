package main

import (
	"flag"
	"fmt"
	"io"
	"os"
)

func main() {
	seed := flag.Uint64("seed", 1, "of all draws")
	runs := flag.Int("runs", 10_000, "runs")
	ticks := flag.Int("ticks", 120, "hours of disturbance in a run; a day of calm follows")
	one := flag.Int("run", -1, "tell everything that happens in this one of the runs")
	flag.Parse()
	if *one >= 0 {
		w := newWorld(*seed, uint64(*one), *ticks)
		w.trace = os.Stdout
		c, err := w.play()
		fmt.Printf("%+v %v\n", c, err)
		return
	}
	total, err := simulate(*seed, *runs, *ticks)
	if err == nil {
		err = report(os.Stdout, *seed, *runs, *ticks, total)
	}
	if err == nil && total.violations() > 0 {
		err = fmt.Errorf("%d violations", total.violations())
	}
	if err != nil {
		fmt.Fprintf(os.Stderr, "simulate rollback: %v\n", err)
		os.Exit(1)
	}
}

func simulate(seed uint64, runs, ticks int) (total counts, err error) {
	for run := range runs {
		c, err := newWorld(seed, uint64(run), ticks).play()
		if err != nil {
			return total, fmt.Errorf("seed %d, run %d: %w", seed, run, err)
		}
		if c.violations() > 0 {
			fmt.Fprintf(os.Stderr, "seed %d, run %d: %+v\n", seed, run, c)
		}
		total.add(c)
	}
	return total, nil
}

const page = `# Rollback, simulated

Written by ` + "`make simulate-rollback`" + ` (` + "`go run ./alerts/simulate -seed %d -runs %d -ticks %d`" + `
repeats it; ` + "`-run N`" + ` tells everything that happens in one of the runs). Each run is %d
hourly ticks of one model, led by two replicas in turn, with the real code that decides and
acts: in mode auto, auto with quiet hours, or approve. The registry has no compare-and-set, as
MLflow has none.

| what happened | |
|---|---|
| people moved the slot | %s |
| people gave orders: approve, rollback, release, freeze, unfreeze | %s |
| demotions that were proposed to people | %s |
| approvals and rollbacks that were carried out; refused with a reason | %s; %s |
| replicas killed, before or after the effect of a call | %s |
| replicas paused beyond their term | %s |
| reads that showed what was true up to 4 calls ago | %s |
| switches whose answer was lost, 7 of 10 after the registry had committed | %s |
| slots moved by driftd | %s |

| what must not happen | |
|---|---|
| a move that was wrong: from a version that was neither proven worse nor to be rolled back, over a person's change, to a deleted version | %d |
| a move while it was frozen or held, or without a person in mode approve or in quiet hours | %d |
| a move in the name of a person who did not order it, may not, or did so too late | %d |
| an empty slot | %d |
| a second move from a version that is on record as demoted, which nobody ordered or released | %d |
| an action without its intent row before it | %d |
| an action, or a proposal, without an outcome row | %d |
| an approval or a rollback that was never answered | %d |
| a move that is not on record as made, with six hours to find out | %d |
| a move on record as undone by people, by a tick that had looked before it was made | %d |

| what nobody can prevent | |
|---|---|
| people moved the slot between the last read and the write, and were overwritten | %s |
| people undid a move whose answer was lost before any tick saw it, and it was made once more | %s |
| a tick was shown a slot from before the move, and took it for undone | %s |
`

func report(out io.Writer, seed uint64, runs, ticks int, c counts) error {
	_, err := fmt.Fprintf(out, page, seed, runs, ticks, ticks,
		grouped(c.promotions), grouped(c.orders), grouped(c.proposed), grouped(c.ordered), grouped(c.refused),
		grouped(c.kills), grouped(c.pauses), grouped(c.stale), grouped(c.lost), grouped(c.moves),
		c.wrong, c.forbidden, c.unasked, c.empty, c.double, c.unannounced, c.unfinished, c.unanswered, c.unrecorded, c.invented,
		grouped(c.races), grouped(c.unseen), grouped(c.behind))
	return err
}

// grouped formats a count with thousands separated.
func grouped(n int) string {
	if n < 1000 {
		return fmt.Sprint(n)
	}
	return fmt.Sprintf("%s,%03d", grouped(n/1000), n%1000)
}
