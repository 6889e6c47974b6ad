package clickhouse

import (
	"slices"
	"sync"

	"github.com/driftd/driftd/evaluate"
)

// maxCells bounds the cells of the references that are kept whole: some 10 MB.
// Fifty series of a thousand knots are 100,000 cells, so that a thousand
// versions would fill gigabytes; a version needs them once a bucket.
const maxCells = 600_000

// references are those that were read: outlines of all, and the last used whole.
type references struct {
	mu       sync.Mutex
	outlines map[referenceKey]evaluate.Reference
	used     []keptReference // the last used is the last
	cells    int             // of used
}

type keptReference struct {
	key   referenceKey
	ref   evaluate.Reference
	cells int
}

func (r *references) outline(k referenceKey) (evaluate.Reference, bool) {
	r.mu.Lock()
	defer r.mu.Unlock()
	ref, ok := r.outlines[k]
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

// keepOutline notes the outline of a reference. One that is there stays: others have it.
func (r *references) keepOutline(k referenceKey, outline evaluate.Reference) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.outlines == nil {
		r.outlines = map[referenceKey]evaluate.Reference{}
	}
	if _, ok := r.outlines[k]; !ok {
		r.outlines[k] = outline
	}
}

// keep notes a reference that was read, and lets go of those that were used
// longest ago. It always keeps the newest.
func (r *references) keep(k referenceKey, ref evaluate.Reference) {
	kept := keptReference{key: k, ref: ref}
	for _, s := range ref.Series {
		kept.cells += s.Layout.Cells() + len(s.Layout.Other)
	}
	r.keepOutline(k, ref.Outline())
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
