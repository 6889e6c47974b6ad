package evaluate

import (
	"maps"
	"reflect"
	"slices"
	"time"

	"github.com/driftd/driftd/drift"
	"github.com/driftd/driftd/evaluate/baseline"
	"github.com/driftd/driftd/evaluate/performance"
	"github.com/driftd/driftd/internal/model"
)

// Past is all that an evaluation may know of earlier ones: nothing in it is
// younger than the tick.
type Past struct {
	Verdicts   map[string]Verdict   // the last one before the tick, by version
	References map[string]Reference // pinned, by version; perhaps in outline
	Slots      []Tenure             // who held the slot, oldest first
	// Reopened is, by version, the earliest prediction that became the
	// version's since the tick before: buckets from there on are counted anew.
	Reopened map[string]time.Time
	// FallbackAlias is the version under the alias "fallback", "" when none.
	FallbackAlias string
	Demoted       map[string]bool // versions that were demoted and not released
}

// last returns the last tick that judged anything; the zero time when none did.
func (past Past) last() (tick time.Time) {
	for _, v := range past.Verdicts {
		tick = later(tick, v.Tick)
	}
	return tick
}

// judged returns the versions that the tick judged, sorted.
func (past Past) judged(tick time.Time) (all []Activity) {
	for _, version := range slices.Sorted(maps.Keys(past.Verdicts)) {
		if v := past.Verdicts[version]; v.Tick.Equal(tick) {
			all = append(all, Activity{Version: version, First: v.FirstSeen})
		}
	}
	return all
}

// Tenure is one stretch during which a version held the slot.
type Tenure struct {
	Version string
	From    time.Time // first tick at which it was seen there
	Reason  string    // as in the table slot_history, e.g. demotion or changed_by_others
}

// Reference is what live data of one version are compared with: pinned,
// frozen, identified by its content.
type Reference struct {
	ID       string
	Ref      model.Ref
	Source   string // version, baseline, window, first_days or accepted
	Note     string `json:",omitempty"` // why it was accepted
	From, To time.Time
	Rows     uint64
	PinnedAt time.Time // the tick
	// Since is where the windows begin that are held to a baseline or to the
	// reference of another version; zero of other sources, which are stretches
	// of the version's own live data: the first window after To is.
	Since time.Time `json:",omitzero"`
	// Window is how long the windows are that are held to it: natural variation
	// is of such. Zero in references that were pinned before it was frozen.
	Window time.Duration `json:",omitzero"`
	// Auto says that the reference chose it.
	Auto bool `json:",omitempty"`
	// Of is the version whose reference it was at first; "" of its own.
	Of string `json:",omitempty"`
	// Unused says why the version's baseline could not be the source; "" when
	// it was, or when there is none.
	Unused string `json:",omitempty"`
	Series []ReferenceSeries
	// Segments are watched beside all rows, Unwatched are not. Both are empty of
	// a baseline, which does not know them.
	Segments  []Segment   `json:",omitempty"`
	Unwatched []Unwatched `json:",omitempty"`
	// Baselines are the reference's own live metrics, by name.
	Baselines map[string]performance.Estimate
	// Classes are the labels and predicted classes of its labelled rows (multiclass).
	Classes []string `json:",omitempty"`
	// Slices are the means within slices of its labelled rows.
	Slices *SliceMeans `json:",omitempty"`
	// Coverage is the labelled share of the reference's matured predictions.
	Coverage float64
	// Calibration says what its scores mean; nil when that is not known:
	// Uncalibrated says why.
	Calibration  *performance.Calibration `json:",omitempty"`
	Uncalibrated string                   `json:",omitempty"`
}

// Outline returns the reference without cells, counts and natural variation: what a
// tick needs that has nothing to compare. A thousand of them are in memory.
func (r Reference) Outline() Reference {
	series := make([]ReferenceSeries, len(r.Series))
	for i, s := range r.Series {
		series[i] = ReferenceSeries{Name: s.Name, Layout: drift.Layout{Kind: s.Layout.Kind}}
	}
	segments := make([]Segment, len(r.Segments))
	for i, segment := range r.Segments {
		segments[i] = Segment{Key: segment.Key, Value: segment.Value, Rows: segment.Rows}
		for _, s := range segment.Series {
			segments[i].Series = append(segments[i].Series, SegmentSeries{Name: s.Name})
		}
		if i > 0 && reflect.DeepEqual(segments[i].Series, segments[i-1].Series) {
			segments[i].Series = segments[i-1].Series // most are of the same features
		}
	}
	r.Series, r.Segments, r.Calibration, r.Slices = series, segments, nil, nil
	return r
}

// since returns from where on live windows are held to the reference.
func (r Reference) since() time.Time {
	switch {
	case !r.Since.IsZero():
		return r.Since
	case r.Window > 0:
		return ceil(r.To, r.Window)
	}
	return r.To
}

// VariationKnown says whether the reference told, of any series, how much honest
// windows differ.
func (r Reference) VariationKnown() bool {
	for _, s := range r.Series {
		for _, v := range s.Variation {
			if v.Known() {
				return true
			}
		}
	}
	return false
}

// ReferenceSeries is one frozen series: a feature, "(score)", "(class)" or the
// mix of a segment key, "(segment region)".
type ReferenceSeries struct {
	Name      string
	Age       bool `json:",omitempty"` // see [Feature]
	Layout    drift.Layout
	Counts    drift.Counts
	Variation map[string]drift.Variation // natural variation by measure
	Segment   string                     `json:"-"` // within which, see [Reference.Watched]; "" of all rows
}

// Names of the series that every model has beside its features.
const (
	ScoreSeries = baseline.ScoreSeries
	ClassSeries = baseline.ClassSeries
)
