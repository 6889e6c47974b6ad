package alerts

import (
	"fmt"
	"math"
	"slices"
	"strconv"
	"time"

	"github.com/driftd/driftd/evaluate"
)

// coverageCheck is the check that counts how many predictions have a label.
const coverageCheck = "coverage"

// describe keeps the newest results that belong to the incident's evidence and
// words the facts. Detectors and blocks move at their own pace: a tick at
// which nothing closed has no results, and the facts stay.
func (i *Incident) describe(v *evaluate.Verdict) {
	i.Reference = v.ReferenceID
	for k, e := range i.Evidence {
		for _, now := range v.Evidence {
			if now.Kind == e.Kind && now.Check == e.Check && now.Feature == e.Feature && now.Segment == e.Segment && now.Against == e.Against {
				moved := e.Moved
				i.Evidence[k] = bare([]evaluate.Evidence{now})[0]
				if now.Moved == nil {
					i.Evidence[k].Moved = moved // what is over stays told
				}
			}
		}
	}
	i.Results = i.newest(v.Results)
	switch i.Class {
	case ClassPerformance:
		i.Facts = i.liveFacts(v)
	case ClassDrift:
		i.Facts = i.driftFacts(v)
	case ClassData:
		i.Facts = i.dataFacts(v)
	case ClassPipeline:
		i.Facts = []Fact{{"state", v.Status.String()}, {"why", evaluate.Sentence(v.Reason)}}
		if !v.LabelsTo.IsZero() {
			i.Facts = append(i.Facts, Fact{"labels judged up to", moment(v.LabelsTo)})
		}
		if !v.DriftTo.IsZero() {
			i.Facts = append(i.Facts, Fact{"inputs judged up to", moment(v.DriftTo)})
		}
	}
	if i.Class != ClassDrift && i.Class != ClassData {
		i.Facts = append(i.Facts, Fact{"mode", i.Mode.String()})
	}
}

// newest merges the results of this tick over the stored ones, one of each
// kind, without those nothing in the incident refers to.
func (i *Incident) newest(results []evaluate.Result) []evaluate.Result {
	var kept []evaluate.Result
	for _, r := range slices.Concat(i.Results, results) {
		coverage := r.Check == coverageCheck && r.Segment == "" && i.Class == ClassPerformance
		if !coverage && !slices.ContainsFunc(i.Evidence, func(e evaluate.Evidence) bool { return rests(e, r) }) {
			continue
		}
		same := func(o evaluate.Result) bool {
			return o.Check == r.Check && o.Feature == r.Feature && o.Segment == r.Segment && o.Against == r.Against
		}
		if at := slices.IndexFunc(kept, same); at < 0 {
			kept = append(kept, r)
		} else if !r.To.Before(kept[at].To) {
			kept[at] = r
		}
	}
	if i.Class == ClassPerformance {
		kept = append(kept, searched(i.Results, results)...)
	}
	return kept
}

// rests reports whether the result is what the detector listens to.
func rests(e evaluate.Evidence, r evaluate.Result) bool {
	if e.Kind == evaluate.Drift {
		return e.Feature == r.Feature && e.Segment == r.Segment && r.P != nil && !evaluate.DataCheck(r.Check) // whichever measure it is of
	}
	if e.Kind == evaluate.Quality {
		return e.Feature == r.Feature && evaluate.DataCheck(r.Check)
	}
	return e.Check == r.Check && e.Feature == r.Feature && e.Segment == r.Segment && e.Against == r.Against
}

func (i *Incident) result(e evaluate.Evidence) (evaluate.Result, bool) {
	at := slices.IndexFunc(i.Results, func(r evaluate.Result) bool { return rests(e, r) && r.Value != nil })
	if at < 0 {
		return evaluate.Result{}, false
	}
	return i.Results[at], true
}

// liveFacts are at most 8 facts about live metrics.
func (i *Incident) liveFacts(v *evaluate.Verdict) []Fact {
	var facts []Fact
	if len(i.Evidence) == 0 {
		return facts
	}
	since := i.Evidence[0].Onset
	for k, e := range i.Evidence {
		if e.Onset.Before(since) {
			since = e.Onset
		}
		if k < 3 {
			facts = append(facts, i.liveFact(e))
		}
	}
	facts = append(facts, Fact{"evidence", evidenceSentence(i.Evidence[0])}, Fact{"since", moment(since)})
	if r, ok := i.worst(); ok {
		facts = append(facts, Fact{sliceFact, sliceText(r)})
	}
	if moved := movedBriefly(shiftedSeries(v.Evidence), 3); moved != "" {
		facts = append(facts, Fact{"inputs that moved", moved})
	}
	return facts
}

// liveFact words one metric: its last block against the limit.
func (i *Incident) liveFact(e evaluate.Evidence) Fact {
	name, limit := e.Check, "limit "+figure(e.Limit)
	if e.Kind == evaluate.Paired {
		name, limit = e.Check+" against "+e.Against, "tolerated "+figure(e.Limit)
	}
	r, ok := i.result(e)
	if !ok {
		return Fact{name, limit}
	}
	text := figure(*r.Value)
	if e.Kind == evaluate.Paired {
		text = "worse by " + text
	}
	if r.Lower != nil && r.Upper != nil {
		text += fmt.Sprintf(" (%s to %s)", figure(*r.Lower), figure(*r.Upper))
	}
	return Fact{name, fmt.Sprintf("%s, %s, %s labels to %s", text, limit, grouped(r.Rows), r.To.UTC().Format(time.DateOnly))}
}

// Way is how far evidence has come.
type Way struct {
	To    string  // page or demotion
	Share float64 // of the way, 1 at the end of it
}

// Ways says how far the leading detector of live metrics has come; none where the
// incident rests on none.
func (i Incident) Ways() []Way {
	if i.Class != ClassPerformance || len(i.Evidence) == 0 {
		return nil
	}
	return ways(i.Evidence[0])
}

// Basis says what the leading detector rests on; "" where there is none.
func (i Incident) Basis() string {
	if len(i.Evidence) == 0 {
		return ""
	}
	return basis(i.Evidence[0])
}

func ways(e evaluate.Evidence) []Way {
	page, demote := e.LogM, e.LogM
	if e.Level >= evaluate.Paged {
		page = math.Max(page, e.Peak)
	}
	if e.Level >= evaluate.Proven {
		demote = math.Max(demote, e.Peak)
	}
	all := []Way{{"page", shareOf(page, e.Page)}}
	if e.Demote > 0 {
		all = append(all, Way{"demotion", shareOf(demote, e.Demote)})
	}
	return all
}

func basis(e evaluate.Evidence) string {
	return fmt.Sprintf("%s labels in %s", grouped(e.Rows), plural(e.Blocks, "block"))
}

// evidenceSentence says how far the detector has come.
func evidenceSentence(e evaluate.Evidence) string {
	all := ways(e)
	text := percent(all[0].Share) + " of the way to a page"
	for _, w := range all[1:] {
		text += ", " + percent(w.Share) + " to a " + w.To
	}
	return text + "; " + basis(e)
}

// figure formats a metric with what matters of it: three significant digits.
func figure(x float64) string { return evaluate.Figure(x) }

func percent(share float64) string { return fmt.Sprintf("%.0f %%", 100*share) }

// grouped formats a count with thousands separated.
func grouped(n uint64) string {
	digits := strconv.FormatUint(n, 10)
	for at := len(digits) - 3; at > 0; at -= 3 {
		digits = digits[:at] + "," + digits[at:]
	}
	return digits
}
