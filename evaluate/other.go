package evaluate

import (
	"context"
	"time"

	"github.com/driftd/driftd/internal/model"
)

// SourceVersion is the reference of another version.
const SourceVersion = "version"

// ServingVersion as a source names the version that serves.
const ServingVersion = "serving"

// other returns the version whose reference this one takes: the stated one, or
// the one that serves and, for the one that serves, the one that it replaced.
// It is "" for a version that has a reference of its own.
func (p Policy) other(past Past, v *Verdict, serving string) string {
	other := p.Source.Version
	if other == ServingVersion {
		other = serving
		for i, tenure := range past.Slots {
			if i > 0 && tenure.Version == v.Ref.Version && other == v.Ref.Version {
				other = past.Slots[i-1].Version
			}
		}
	}
	if other == v.Ref.Version {
		return ""
	}
	return other
}

// borrow pins the reference of another version as this one's, with its cells,
// counts, natural variation and live performance: a challenger is compared with
// what the champion was compared with. Until the other one has a reference it
// pins nothing and says so.
func (e *Evaluator) borrow(ctx context.Context, p Policy, past *Past, other string, v *Verdict, tick time.Time) (Reference, error) {
	ref, ok := past.References[other]
	if !ok {
		v.unpinned(Reference{}, Standing{Inconclusive, ReasonNoOther})
		return Reference{}, nil
	}
	ref, err := e.profiler.Whole(ctx, ref)
	if err != nil {
		return ref, err
	}
	ref.Source, ref.Of, ref.Note, ref.Unused = SourceVersion, other, "", ""
	ref.Ref, ref.PinnedAt = model.Ref{Name: p.Model, Version: v.Ref.Version}, tick
	ref.Window = p.Window(ref)
	if ref.Since, err = e.begins(ctx, p.under(ref), v); err != nil {
		return ref, err
	}
	if err := ref.identify(); err != nil {
		return ref, err
	}
	return ref, e.profiler.Pin(ctx, ref)
}
