package alerts

import (
	"fmt"
	"slices"
	"time"

	"github.com/driftd/driftd/evaluate"
)

// amended says that what was told before rested on fewer rows; "" when it did not.
func amended(v *evaluate.Verdict) string {
	if v.Revised.IsZero() {
		return ""
	}
	return ", amended: rows for windows before " + moment(v.Revised) + " came late"
}

// over closes the incident with one of two headlines. Where windows that had raised
// the alarm were judged anew, because rows came late, it is retracted: what people
// were told did not hold.
func (d *decision) over(w draft, v *evaluate.Verdict, again, never string) {
	i := w.now
	w.reason = Recovered
	i.Headline = again
	text := "recovered: " + recoveredSentence(i, d.tick) + amended(v)
	retracted := !v.Revised.IsZero() && !slices.ContainsFunc(w.stored.Evidence, func(e evaluate.Evidence) bool {
		return e.Level >= evaluate.Alerted && e.Since.After(v.Revised)
	})
	if retracted {
		w.reason = Retracted
		i.Headline = never + ": rows that came late show it"
		text = fmt.Sprintf("retracted after %s: rows for windows before %s came late", duration(d.tick.Sub(i.began())), moment(v.Revised))
	}
	i.describe(v)
	i.close(d.tick, w.reason, text)
	d.keep(w)
}

// relabelled says what late labels have changed about what the incident told; ""
// when nothing. The evidence heard those blocks as they were at maturity.
func relabelled(v *evaluate.Verdict, w draft) string {
	if v.Relabelled.IsZero() {
		return ""
	}
	var amended []string
	for _, r := range v.Results {
		if r.Revision == 0 || r.Value == nil || !slices.ContainsFunc(w.now.Evidence, func(e evaluate.Evidence) bool { return e.Kind.Live() && rests(e, r) }) {
			continue
		}
		name := r.Check
		if r.Against != "" {
			name += " against " + r.Against
		}
		at := slices.IndexFunc(w.stored.Results, func(o evaluate.Result) bool {
			return o.Value != nil && o.Check == r.Check && o.Feature == r.Feature && o.Segment == r.Segment && o.Against == r.Against && o.To.Equal(r.To)
		})
		day := r.To.UTC().Format(time.DateOnly)
		switch {
		case at < 0:
			amended = append(amended, fmt.Sprintf("%s to %s is %s now (%s labels)", name, day, figure(*r.Value), grouped(r.Rows)))
		case r.Rows > w.stored.Results[at].Rows:
			amended = append(amended, fmt.Sprintf("%s to %s %s → %s after %s late labels", name, day, figure(*w.stored.Results[at].Value), figure(*r.Value), grouped(r.Rows-w.stored.Results[at].Rows)))
		default:
			amended = append(amended, fmt.Sprintf("%s to %s %s → %s after labels were corrected", name, day, figure(*w.stored.Results[at].Value), figure(*r.Value)))
		}
	}
	if len(amended) == 0 {
		return ""
	}
	return "amended: " + listed(amended, 3)
}
