package alerts

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"github.com/driftd/driftd/evaluate"
)

// performance drafts the incident about live metrics of the serving version
// and returns it, nil when all is well.
//
// An absolute metric below its limit pages only while nothing compares the
// version with its fallback on the same requests. Where something does and
// sees no difference, the world became harder for both: that is worth knowing
// and not worth waking anybody, because the fallback suffers the same.
func (d *decision) performance(v *evaluate.Verdict) *Incident {
	raised := raisedLive(v)
	w := d.draft(v.Ref, ClassPerformance)
	i := w.now
	if len(raised) == 0 {
		if !w.isNew() {
			w.reason = Recovered
			i.Headline = fmt.Sprintf("%s is back within its limits (%s)", v.Ref, strings.Join(checkNames(i.Evidence), ", "))
			i.describe(v)
			i.close(d.tick, Recovered, "recovered: "+recoveredSentence(i, d.tick))
			d.keep(w)
		}
		return nil
	}
	paired, compared := false, false
	for _, e := range v.Evidence {
		if e.Kind == evaluate.Paired && e.Blocks > 0 {
			compared = true
			paired = paired || e.Level >= evaluate.Paged
		}
	}
	critical := v.Status == evaluate.Critical
	page := critical || paired || !compared
	wasPage, wasCritical := i.Pages(), i.Status == evaluate.Critical

	i.Evidence = bare(raised)
	i.Headline = liveHeadline(v, raised, page)
	i.Status = evaluate.Warning
	if critical {
		i.Status = evaluate.Critical
	}
	i.describe(v)
	i.plot(d.past.Courses[v.Ref.Version], course(v, liveKinds))

	switch {
	case w.isNew():
		w.reason = FirstPage
		reach := InChannel
		if page {
			reach = ToOwner
		}
		i.note(d.tick, reach, i.Headline)
	case page && !wasPage:
		w.reason = FirstPage
		i.note(d.tick, ToOwner, i.Headline)
	}
	switch {
	case critical && !wasCritical:
		w.reason = FirstCritical
		i.note(d.tick, InThread, "the evidence crossed the demotion budget")
	case !critical && wasCritical:
		i.Blocked = ""
		i.note(d.tick, InThread, "no longer critical")
	}
	if text := relabelled(v, w); text != "" && !w.isNew() {
		i.Amended = text
		i.note(d.tick, InThread, text)
	}
	if !w.isNew() {
		i.noteSlice(&w.stored, d.tick)
	}
	d.keep(w)
	return i
}

var liveKinds = []evaluate.Kind{evaluate.Paired, evaluate.Absolute, evaluate.Floor}

// raisedLive lists the performance detectors that stand for something, the
// one that leads furthest first.
func raisedLive(v *evaluate.Verdict) []evaluate.Evidence {
	var raised []evaluate.Evidence
	for _, e := range v.Evidence {
		if e.Kind.Live() && e.Level >= evaluate.Paged {
			raised = append(raised, e)
		}
	}
	slices.SortStableFunc(raised, func(a, b evaluate.Evidence) int {
		return cmp.Or(
			cmp.Compare(slices.Index(liveKinds, a.Kind), slices.Index(liveKinds, b.Kind)),
			-cmp.Compare(a.Level, b.Level), -cmp.Compare(reached(a), reached(b)), cmp.Compare(a.Check, b.Check))
	})
	return raised
}

// bare drops what only the detectors need to go on.
func bare(evidence []evaluate.Evidence) []evaluate.Evidence {
	out := slices.Clone(evidence)
	for k := range out {
		out[k].State = evaluate.Evidence{}.State
	}
	return out
}

func liveHeadline(v *evaluate.Verdict, raised []evaluate.Evidence, page bool) string {
	lead := raised[0]
	same := slices.DeleteFunc(slices.Clone(raised), func(e evaluate.Evidence) bool { return e.Kind != lead.Kind })
	names := strings.Join(checkNames(same), ", ")
	switch {
	case lead.Kind == evaluate.Paired:
		return fmt.Sprintf("%s does worse than %s on the same requests (%s)", v.Ref, lead.Against, names)
	case !page:
		return fmt.Sprintf("%s of %s is below its limit, and the fallback suffers the same: the world became harder", names, v.Ref)
	case lead.Kind == evaluate.Floor:
		return fmt.Sprintf("%s of %s is below the stated floor", names, v.Ref)
	}
	return fmt.Sprintf("%s of %s is below its baseline", names, v.Ref)
}

// checkNames lists the checks once each, in order.
func checkNames(evidence []evaluate.Evidence) []string {
	var names []string
	for _, e := range evidence {
		if !slices.Contains(names, e.Check) {
			names = append(names, e.Check)
		}
	}
	return names
}
