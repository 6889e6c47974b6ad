package drift

// Span is the cells First to Last.
type Span struct{ First, Last int32 }

// Spans returns which cells make up each bin of [Layout.Bins], in the same order.
func (l Layout) Spans() []Span {
	starts := l.binStarts()
	spans := make([]Span, 0, len(starts)+len(specials))
	for i, start := range starts {
		end := int32(l.Cells())
		if i+1 < len(starts) {
			end = starts[i+1]
		}
		spans = append(spans, Span{start, end - 1})
	}
	for _, cell := range specials {
		spans = append(spans, Span{cell, cell})
	}
	return spans
}
