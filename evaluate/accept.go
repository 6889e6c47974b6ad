package evaluate

import (
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/driftd/driftd/internal/model"
)

// SourceAccepted is a stretch that a person accepted as the new normal.
const SourceAccepted = "accepted"

// Accept pins the stretch [from, to) of the version's own predictions as its
// new reference, at the moment at: an explicit act of a person, who says why in
// note. The stretch is aligned to drift windows, over, and its labels had their
// time. Evaluations after at compare with it; those before do not know it.
func (e *Evaluator) Accept(ctx context.Context, p Policy, version model.Ref, from, to, at time.Time, note string) (Reference, error) {
	ref := Reference{Ref: version, Source: SourceAccepted, From: from, To: to, PinnedAt: at, Note: note}
	for _, bound := range []time.Time{from, to} {
		if !floor(bound, p.grid()).Equal(bound) {
			return ref, fmt.Errorf("%s is within a drift window of %s: begin and end at a whole one, such as %s",
				bound.Format(time.RFC3339), p.grid(), floor(bound, p.grid()).Format(time.RFC3339))
		}
	}
	if over := to.Add(p.Maturity + p.Lateness); !from.Before(to) || over.After(at) {
		return ref, fmt.Errorf("%s to %s: want a stretch that ends before %s, when its labels have matured",
			from.Format(time.RFC3339), to.Format(time.RFC3339), floor(at.Add(-p.Maturity-p.Lateness), p.grid()).Format(time.RFC3339))
	}
	var err error
	if ref.Rows, err = e.rows(ctx, p, version, from, to); err != nil {
		return ref, err
	}
	if ref.Rows < minReference {
		return ref, fmt.Errorf("%s predicted %d times from %s to %s: a reference takes at least %d, choose a longer stretch",
			version, ref.Rows, from.Format(time.RFC3339), to.Format(time.RFC3339), minReference)
	}
	return ref, e.freeze(ctx, p, &ref)
}

// rest puts the version on a reference that is pinned. Under another one than
// before, what was heard about drift says nothing: its evidence starts anew, and
// buckets are counted into the new cells from the first window on that has not
// been judged. Evidence about performance starts anew where its limit moved.
func (v *Verdict) rest(p Policy, ref Reference) {
	if v.ReferenceID == ref.ID {
		return
	}
	if v.ReferenceID != "" {
		v.Evidence = slices.DeleteFunc(v.Evidence, Evidence.ofWindows)
		if !v.DriftTo.IsZero() {
			// A reference is not held to itself, and its windows may be of
			// another length than those before.
			v.DriftTo = ceil(later(v.DriftTo, ref.To), p.Window(ref))
		}
		v.CountedTo = v.DriftTo
		v.Results = append(v.Results, Result{Check: "reference", From: ref.From, To: ref.To, Rows: ref.Rows, Status: Healthy, Reason: ReasonAccepted})
	}
	v.ReferenceID = ref.ID
}
