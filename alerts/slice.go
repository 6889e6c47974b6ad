package alerts

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/driftd/driftd/evaluate"
)

const sliceFact = "worst slice"

func ofSlice(r evaluate.Result) bool { return strings.HasPrefix(r.Check, evaluate.SlicePrefix) }

// searched are the results of the newest search for bad slices, the worst first: those
// of this tick, or what an earlier one told.
func searched(stored, now []evaluate.Result) []evaluate.Result {
	for _, results := range [][]evaluate.Result{now, stored} {
		found := slices.DeleteFunc(slices.Clone(results), func(r evaluate.Result) bool { return !ofSlice(r) })
		if len(found) > 0 {
			last := slices.MaxFunc(found, func(a, b evaluate.Result) int { return a.To.Compare(b.To) }).To
			return slices.DeleteFunc(found, func(r evaluate.Result) bool { return !r.To.Equal(last) })
		}
	}
	return nil
}

// worst returns the slice that does worst; false when none stands out.
func (i *Incident) worst() (evaluate.Result, bool) {
	at := slices.IndexFunc(i.Results, func(r evaluate.Result) bool { return ofSlice(r) && r.Segment != evaluate.NoSlice })
	if at < 0 {
		return evaluate.Result{}, false
	}
	return i.Results[at], true
}

// sliceText words a slice that was found.
func sliceText(r evaluate.Result) string {
	return fmt.Sprintf("%s: %s, %s labels to %s", r.Segment, r.SliceText(), grouped(r.Rows), r.To.UTC().Format(time.DateOnly))
}

// noteSlice tells in the thread that another slice than before does worst.
func (i *Incident) noteSlice(stored *Incident, at time.Time) {
	now, ok := i.worst()
	if before, was := stored.worst(); ok && !(was && before.Segment == now.Segment) {
		i.note(at, InThread, sliceFact+": "+sliceText(now))
	}
}
