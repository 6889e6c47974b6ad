package clickhouse

import (
	"slices"
	"sync"

	"github.com/driftd/driftd/drift"
	"github.com/driftd/driftd/evaluate"
)

// maxCells bounds the cells of the references that are kept whole: some 10 MB.
// Fifty series of a thousand knots are 100,000 cells, so that a thousand
// versions would fill gigabytes; a version needs them once a bucket.
const maxCells = 600_000

// references are those that were read: outlines of all, and the last used whole.
type references struct {
	mu       sync.Mutex
	outlines map[referenceKey]keptOutline
	used     []keptReference // the last used is the last
	cells    int             // of used
}

type keptReference struct {
	key   referenceKey
	ref   evaluate.Reference
	cells int
}

// keptOutline has the names and kinds of the series apart: fifty that have room for
// cells and counts are 11 kB.
type keptOutline struct {
	ref    evaluate.Reference
	series []keptSeries
}

type keptSeries struct {
	name string
	kind drift.Kind
}

func (r *references) outline(k referenceKey) (evaluate.Reference, bool) {
	r.mu.Lock()
	kept, ok := r.outlines[k]
	r.mu.Unlock()
	ref := kept.ref
	ref.Series = make([]evaluate.ReferenceSeries, len(kept.series))
	for i, s := range kept.series {
		ref.Series[i].Name, ref.Series[i].Layout.Kind = s.name, s.kind
	}
	return ref, ok
}

func (r *references) whole(k referenceKey) (evaluate.Reference, bool) {
	r.mu.Lock()
	defer r.mu.Unlock()
	at := slices.IndexFunc(r.used, func(kept keptReference) bool { return kept.key == k })
	if at < 0 {
		return evaluate.Reference{}, false
	}
	kept := r.used[at]
	r.used = append(slices.Delete(r.used, at, at+1), kept)
	return kept.ref, true
}

// keepOutline notes the outline of a reference that was read.
func (r *references) keepOutline(k referenceKey, ref evaluate.Reference) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.outlines == nil {
		r.outlines = map[referenceKey]keptOutline{}
	}
	if _, ok := r.outlines[k]; ok {
		return
	}
	kept := keptOutline{ref: ref.Outline(), series: make([]keptSeries, len(ref.Series))}
	for i, s := range ref.Series {
		kept.series[i] = keptSeries{s.Name, s.Layout.Kind}
	}
	kept.ref.Series = nil
	r.outlines[k] = kept
}

// keep notes a reference that was read, and lets go of those that were used
// longest ago. It always keeps the newest.
func (r *references) keep(k referenceKey, ref evaluate.Reference) {
	kept := keptReference{key: k, ref: ref}
	for _, s := range ref.Series {
		kept.cells += s.Layout.Cells() + len(s.Layout.Other)
	}
	r.keepOutline(k, ref)
	r.mu.Lock()
	defer r.mu.Unlock()
	if slices.ContainsFunc(r.used, func(other keptReference) bool { return other.key == k }) {
		return // read twice at once
	}
	r.used, r.cells = append(r.used, kept), r.cells+kept.cells
	for r.cells > maxCells && len(r.used) > 1 {
		r.cells -= r.used[0].cells
		r.used = slices.Delete(r.used, 0, 1)
	}
}
