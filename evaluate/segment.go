package evaluate

import (
	"cmp"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/driftd/driftd/drift"
)

// Which segments a reference watches.
const (
	MinSegmentRows = 200 // in a window of the reference, on average
	MaxSegments    = 20  // values of a key
	namedUnwatched = 20  // values of a key that are named though not watched
)

// Why values of a segment key are not watched.
const (
	SegmentFew  = "too_few_rows" // fewer than MinSegmentRows
	SegmentMany = "too_many"     // enough rows, but MaxSegments others have more
)

// Segment is the rows of one value of a segment key, held to their own counts
// and natural variation in the cells of all rows.
type Segment struct {
	Key, Value string
	Rows       uint64 // of the reference
	Series     []SegmentSeries
}

// SegmentSeries is a series of the reference within a segment.
type SegmentSeries struct {
	Name      string
	Counts    drift.Counts
	Variation map[string]drift.Variation
}

// Unwatched are values of a segment key that a reference does not watch.
type Unwatched struct {
	Key    string
	Reason string   // SegmentFew or SegmentMany
	Values []string // those with most rows, at most 20
	More   int      // values that are not named
	Rows   uint64   // of all of them
}

// escapeKey keeps the first bare = of a segment's name the one that ends its key.
var escapeKey = strings.NewReplacer(`\`, `\\`, `=`, `\=`)

// Name returns the segment's name: key=value, with a backslash before each
// backslash and = of the key; the value is as it came.
func (s Segment) Name() string { return escapeKey.Replace(s.Key) + "=" + s.Value }

const mixPrefix, mixSuffix = "(segment ", ")"

// MixSeries names the categorical series of a segment key's own values: a new
// region, or one that is gone, shows there.
func MixSeries(key string) string { return mixPrefix + key + mixSuffix }

// MixKey returns the key of a series that [MixSeries] named.
func MixKey(series string) (key string, ok bool) {
	rest, ok := strings.CutPrefix(series, mixPrefix)
	key, end := strings.CutSuffix(rest, mixSuffix)
	return key, ok && end
}

// watch chooses the segments of a key from its profile over a stretch of so
// many windows: those with enough rows, most rows first. Rows without a value
// are in no segment; the mix tells of them.
func (ref *Reference) watch(key string, f Profile, windows float64) {
	order := make([]int, 0, len(f.Texts))
	for i := range f.Texts {
		order = append(order, i)
	}
	slices.SortFunc(order, func(a, b int) int {
		return cmp.Or(cmp.Compare(f.N[b], f.N[a]), cmp.Compare(f.Texts[a], f.Texts[b]))
	})
	watched := 0
	for _, i := range order {
		switch {
		case float64(f.N[i]) < MinSegmentRows*windows:
			ref.unwatched(key, SegmentFew, f.Texts[i], f.N[i])
		case watched == MaxSegments:
			ref.unwatched(key, SegmentMany, f.Texts[i], f.N[i])
		default:
			ref.Segments = append(ref.Segments, Segment{Key: key, Value: f.Texts[i], Rows: f.N[i]})
			watched++
		}
	}
}

func (ref *Reference) unwatched(key, reason, value string, rows uint64) {
	last := len(ref.Unwatched) - 1
	if last < 0 || ref.Unwatched[last].Key != key || ref.Unwatched[last].Reason != reason {
		ref.Unwatched = append(ref.Unwatched, Unwatched{Key: key, Reason: reason})
		last++
	}
	u := &ref.Unwatched[last]
	u.Rows += rows
	if len(u.Values) == namedUnwatched {
		u.More++
		return
	}
	u.Values = append(u.Values, value)
}

// settle sets the counts of every segment to those of the whole stretch.
func (ref *Reference) settle(stretch []Counts, grid time.Duration) {
	for i := range ref.Segments {
		segment := &ref.Segments[i]
		segment.Series = nil
		for _, s := range ref.Series {
			if _, mix := MixKey(s.Name); mix {
				continue // within region=eu all are of eu
			}
			s.Segment = segment.Name()
			segment.Series = append(segment.Series, SegmentSeries{Name: s.Name, Counts: sum(stretch, s, ref.From.Add(-grid), ref.To)})
		}
	}
}

// Watched lists the series of all rows, then those of the segments, in the same
// cells.
func (ref Reference) Watched() []ReferenceSeries {
	all := slices.Clone(ref.Series)
	for _, segment := range ref.Segments {
		for _, one := range segment.Series {
			s, _ := ref.series(one.Name, "")
			s.Segment, s.Counts, s.Variation = segment.Name(), one.Counts, one.Variation
			all = append(all, s)
		}
	}
	return all
}

// Put sets the counts of a series within a segment, "" for all rows.
func (c *Counts) Put(segment, series string, counts drift.Counts) {
	if segment == "" {
		c.Series[series] = counts
		return
	}
	if c.Segments == nil {
		c.Segments = map[string]map[string]drift.Counts{}
	}
	if c.Segments[segment] == nil {
		c.Segments[segment] = map[string]drift.Counts{}
	}
	c.Segments[segment][series] = counts
}

// of returns the counts of a series, within its segment.
func (c Counts) of(s ReferenceSeries) drift.Counts {
	if s.Segment == "" {
		return c.Series[s.Name]
	}
	return c.Segments[s.Segment][s.Name]
}

// equalSeries says whether the same rows are in every series.
func equalSeries(a, b map[string]drift.Counts) bool {
	return maps.EqualFunc(a, b, func(a, b drift.Counts) bool {
		return slices.Equal(a.Cells, b.Cells) && slices.Equal(a.N, b.N)
	})
}

// Named returns how people are told of a series: "temperature", or within a
// segment "temperature (region=eu)".
func Named(feature, segment string) string {
	if segment == "" {
		return feature
	}
	return feature + " (" + segment + ")"
}

// Named returns the name of the detector's series.
func (e Evidence) Named() string { return Named(e.Feature, e.Segment) }
