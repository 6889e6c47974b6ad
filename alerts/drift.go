package alerts

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"github.com/driftd/driftd/evaluate"
)

// drift drafts the one incident about the inputs of the serving version: open
// while any series is shifted, amended aloud for each that joins. Drift is not
// damage: it warns and never demotes. While something else explains it, it makes no
// new noise.
func (d *decision) drift(v *evaluate.Verdict) {
	muted := d.muted(ClassDrift)
	shifted := shiftedSeries(v.Evidence)
	w := d.draft(v.Ref, ClassDrift)
	i := w.now
	switch {
	case w.isNew() && (len(shifted) == 0 || muted):
		return
	case len(shifted) == 0:
		d.over(w, v, fmt.Sprintf("%s sees the inputs of its reference again", v.Ref), fmt.Sprintf("no input of %s had moved", v.Ref))
		return
	}
	known := featureNames(shiftedSeries(w.known()))
	names := featureNames(shifted)
	joined := slices.DeleteFunc(slices.Clone(names), func(n string) bool { return slices.Contains(known, n) })
	back := slices.DeleteFunc(slices.Clone(known), func(n string) bool { return slices.Contains(names, n) })

	i.Evidence = bare(shifted)
	i.Headline = fmt.Sprintf("%s of %s moved away from the reference: %s", plural(len(names), "input"), v.Ref, listed(names, 3))
	i.describe(v)
	i.plot(nil, course(v, []evaluate.Kind{evaluate.Drift}))
	if len(joined) > 0 {
		reach := InChannel
		if muted {
			reach = InThread
		}
		w.reason = FirstDrift
		i.note(d.tick, reach, listed(joined, 5)+" moved away from the reference"+amended(v))
		i.Timeline[len(i.Timeline)-1].Table = movedTable(slices.DeleteFunc(slices.Clone(shifted), func(e evaluate.Evidence) bool { return !slices.Contains(joined, e.Named()) }))
	}
	if len(back) > 0 {
		i.note(d.tick, InThread, listed(back, 5)+" came back"+amended(v))
	}
	d.keep(w)
}

// shiftedSeries lists the drift detectors that alerted, furthest first. Where all
// rows of a series moved, its segments did with them and say nothing more.
func shiftedSeries(all []evaluate.Evidence) []evaluate.Evidence {
	var shifted []evaluate.Evidence
	whole := map[string]bool{}
	for _, e := range all {
		if e.Kind == evaluate.Drift && e.Level >= evaluate.Alerted {
			shifted = append(shifted, e)
			whole[e.Feature] = whole[e.Feature] || e.Segment == ""
		}
	}
	shifted = slices.DeleteFunc(shifted, func(e evaluate.Evidence) bool { return e.Segment != "" && whole[e.Feature] })
	slices.SortStableFunc(shifted, func(a, b evaluate.Evidence) int {
		return cmp.Or(-cmp.Compare(reached(a), reached(b)), cmp.Compare(a.Named(), b.Named()), cmp.Compare(a.Check, b.Check))
	})
	return shifted
}

// featureNames lists the series once each, in order.
func featureNames(evidence []evaluate.Evidence) []string {
	var names []string
	for _, e := range evidence {
		if !slices.Contains(names, e.Named()) {
			names = append(names, e.Named())
		}
	}
	return names
}

// listed joins at most n names and counts the rest.
func listed(names []string, n int) string {
	if len(names) <= n {
		return strings.Join(names, ", ")
	}
	return fmt.Sprintf("%s and %d more", strings.Join(names[:n], ", "), len(names)-n)
}

func plural(n int, noun string) string {
	if n == 1 {
		return "1 " + noun
	}
	return fmt.Sprintf("%d %ss", n, noun)
}
