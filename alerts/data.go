package alerts

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"github.com/driftd/driftd/drift"
	"github.com/driftd/driftd/evaluate"
)

// data drafts the one incident about the data of the serving version, its
// inputs and the stream they come in. While it is open, drift and performance are
// muted: broken data explain them.
func (d *decision) data(v *evaluate.Verdict) {
	broken := brokenData(v.Evidence)
	w := d.draft(v.Ref, ClassData)
	i := w.now
	switch {
	case w.isNew() && len(broken) == 0:
		return
	case len(broken) == 0:
		d.over(w, v, fmt.Sprintf("the data of %s are as they should be again", v.Ref), fmt.Sprintf("nothing was wrong with the data of %s", v.Ref))
		return
	}
	known := subjects(brokenData(w.known()))
	joined := slices.DeleteFunc(slices.Clone(broken), func(e evaluate.Evidence) bool { return slices.Contains(known, e.Feature) })
	now := subjects(broken)
	back := slices.DeleteFunc(slices.Clone(known), func(n string) bool { return slices.Contains(now, n) })

	i.Evidence = bare(broken)
	// What is back to normal stays open for two windows: the headline, too, then
	// says what it was.
	if loud := slices.IndexFunc(broken, loudNow); loud >= 0 {
		i.Headline = fault(v, broken[loud])
		if len(broken) > 1 {
			i.Headline += "; " + plural(len(broken)-1, "more fault")
		}
	}
	i.describe(v)
	if len(joined) > 0 {
		w.reason = FirstData
		text := fault(v, joined[0])
		if others := subjects(joined[1:]); len(others) > 0 {
			text += "; also " + listed(others, 5)
		}
		i.note(d.tick, InChannel, text+amended(v))
		i.Timeline[len(i.Timeline)-1].Table = faultTable(joined)
	}
	if len(back) > 0 {
		if at := slices.Index(back, ""); at >= 0 {
			back[at] = "the stream"
		}
		i.note(d.tick, InThread, "as it should be again: "+listed(back, 5)+amended(v))
	}
	d.keep(w)
}

// brokenData lists the detectors of data quality that alerted: of the stream
// first, then those that are broken outright, then the furthest.
func brokenData(all []evaluate.Evidence) []evaluate.Evidence {
	var broken []evaluate.Evidence
	for _, e := range all {
		if e.Kind == evaluate.Quality && e.Level >= evaluate.Alerted {
			broken = append(broken, e)
		}
	}
	last := func(late bool) int {
		if late {
			return 1
		}
		return 0
	}
	slices.SortStableFunc(broken, func(a, b evaluate.Evidence) int {
		return cmp.Or(
			cmp.Compare(last(a.Feature != ""), last(b.Feature != "")), cmp.Compare(last(a.Broken == ""), last(b.Broken == "")),
			-cmp.Compare(reached(a), reached(b)), cmp.Compare(a.Feature, b.Feature))
	})
	return broken
}

// subjects are what the detectors listen to, "" being the stream.
func subjects(evidence []evaluate.Evidence) []string {
	names := make([]string, len(evidence))
	for k, e := range evidence {
		names[k] = e.Feature
	}
	return names
}

// loudNow reports whether the last window, or a break since, was unusual.
func loudNow(e evaluate.Evidence) bool {
	voice, ok := e.Loudest()
	return e.Broken != "" || ok && *voice.P <= 0.1
}

// voice returns what says most of a fault: the check that saw a gross break,
// else the loudest.
func voice(e evaluate.Evidence) (evaluate.Voice, bool) {
	if at := slices.IndexFunc(e.Voices, func(v evaluate.Voice) bool { return v.Check == e.Broken }); at >= 0 {
		return e.Voices[at], true
	}
	return e.Loudest()
}

// fault says what is wrong.
func fault(v *evaluate.Verdict, e evaluate.Evidence) string {
	said, ok := voice(e)
	subject := fmt.Sprintf("%s of %s", e.Feature, v.Ref)
	if e.Feature == "" {
		subject = "what comes for " + v.Ref.Name
	}
	if !ok {
		return subject + " is not as it should be"
	}
	share := figureOf(said.Now, percent)
	was := ""
	if said.Before != nil {
		was = " (" + figureOf(said.Before, percent) + " before)"
	}
	switch said.Check {
	case "missing":
		return fmt.Sprintf("%s is missing in %s of predictions%s", subject, share, was)
	case "invalid":
		return fmt.Sprintf("%s has another type in %s of predictions%s", subject, share, was)
	case "unseen":
		return fmt.Sprintf("%s is new to its reference in %s of predictions%s", subject, share, was)
	case "range":
		return fmt.Sprintf("%s is beyond the range of its reference in %s of predictions%s", subject, share, was)
	case drift.Rejects:
		text := fmt.Sprintf("%s of events on %s's topics are rejected%s", share, v.Ref.Name, was)
		if said.Detail != "" {
			text += ": " + said.Detail
		}
		return text
	case drift.Volume:
		return fmt.Sprintf("%s got %s predictions in a window that usually has %s", v.Ref.Name, figureOf(said.Now, count), figureOf(said.Before, count))
	case drift.Freshness:
		if said.Since.IsZero() {
			return fmt.Sprintf("nothing arrived for %s at the end of the last window", v.Ref.Name)
		}
		usual := ""
		if said.Before != nil {
			usual = fmt.Sprintf(" (%s predictions an hour at this time)", count(*said.Before))
		}
		return fmt.Sprintf("nothing has arrived for %s since %s%s", v.Ref.Name, moment(said.Since), usual)
	}
	return fmt.Sprintf("%s: %s", subject, said.Check)
}

// dataFacts are at most five faults.
func (i *Incident) dataFacts(v *evaluate.Verdict) []Fact {
	var facts []Fact
	for _, e := range i.Evidence[:min(5, len(i.Evidence))] {
		if !loudNow(e) {
			facts = append(facts, Fact{cmp.Or(e.Feature, "stream"), "ordinary in the last window"})
			continue
		}
		text := strings.TrimPrefix(fault(v, e), fmt.Sprintf("%s of %s ", e.Feature, v.Ref))
		facts = append(facts, Fact{cmp.Or(e.Feature, "stream"), text + ", since " + stamp(e.Onset)})
	}
	if more := len(i.Evidence) - 5; more > 0 {
		facts = append(facts, Fact{"others", plural(more, "input") + " more: " + listed(subjects(i.Evidence[5:]), 5)})
	}
	return facts
}

// faultTable is what is wrong, a line each.
func faultTable(broken []evaluate.Evidence) string {
	t := newTable("input", "fault", "now", "before", "since")
	for _, e := range broken {
		said, ok := voice(e)
		if !ok {
			continue
		}
		word := percent
		if said.Check == drift.Volume || said.Check == drift.Freshness {
			word = count
		}
		t.add(cmp.Or(e.Feature, "(stream)"), said.Check, figureOf(said.Now, word), figureOf(said.Before, word), stamp(e.Onset))
	}
	return t.lines()
}

func figureOf(x *float64, word func(float64) string) string {
	if x == nil {
		return "–"
	}
	return word(*x)
}

func count(x float64) string { return grouped(uint64(max(0, x) + 0.5)) }

// dataSound refuses while data are broken that the fallback reads too: it would
// do no better. A fault that only the live version has is one more reason.
func dataSound(c candidate) Reason {
	for _, e := range brokenData(c.verdict.Evidence) {
		if c.shares(e.Feature) {
			return BlockedData
		}
	}
	return ""
}

// shares reports whether the target would read the fault too: the stream is
// everybody's, score and class are the version's own. Of an input the target's
// own detector tells: it has none where the target does not read the input.
// A target that is not judged now is taken to read what the live version does.
func (c candidate) shares(feature string) bool {
	switch feature {
	case "":
		return true
	case evaluate.ScoreSeries, evaluate.ClassSeries:
		return false
	}
	judged := false
	for _, v := range c.verdicts {
		if v.Ref.Version != c.target {
			continue
		}
		for _, e := range v.Evidence {
			if e.Kind == evaluate.Quality && e.Feature != "" {
				judged = true
				if e.Feature == feature {
					return e.Level >= evaluate.Alerted
				}
			}
		}
	}
	return !judged
}
