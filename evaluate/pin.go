package evaluate

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"slices"
	"time"

	"github.com/driftd/driftd/drift"
	"github.com/driftd/driftd/evaluate/baseline"
	"github.com/driftd/driftd/evaluate/performance"
	"github.com/driftd/driftd/internal/model"
)

// Where a reference came from.
const (
	SourceBaseline  = "baseline"   // what the version was trained on, as stored with it
	SourceWindow    = "window"     // the window stated in the configuration
	SourceFirstDays = "first_days" // the version's own first days
)

// minReference is the least number of rows a reference is frozen from.
const minReference = baseline.MinRows

// pin freezes the reference of a version that has none: its baseline at once,
// any other source as soon as it is complete and its labels had their time.
// Until then the version is inconclusive, and says so.
func (e *Evaluator) pin(ctx context.Context, p Policy, past *Past, v *Verdict, serving string, tick time.Time) error {
	if ref, ok := past.References[v.Ref.Version]; ok {
		v.rest(p, ref)
		return nil
	}
	if other := p.other(*past, v, serving); other != "" {
		ref, err := e.borrow(ctx, p, past, other, v, tick)
		if err == nil && ref.ID != "" {
			past.pinned(v, ref)
		}
		return err
	}
	trained, found, err := e.baselineOf(ctx, p, v.Ref)
	unusable := errors.Is(err, ErrBaseline)
	if err != nil && !unusable {
		if ctx.Err() != nil {
			return err
		}
		v.unpinned(Reference{}, Standing{Inconclusive, ReasonUnread})
		return nil
	}
	ref := Reference{Source: SourceBaseline}
	if unusable {
		ref.Unused = err.Error()
	}
	if found {
		ref.Ref, ref.PinnedAt = v.Ref, tick
		err = e.adopt(ctx, p, trained, v, &ref)
	} else {
		err = e.own(ctx, p, v, &ref, tick)
	}
	if err != nil || ref.ID == "" {
		return err
	}
	past.pinned(v, ref)
	return nil
}

// pinned makes the reference known from this tick on.
func (past *Past) pinned(v *Verdict, ref Reference) {
	// The map came from the store: a copy, so that the caller's stays as read.
	past.References = maps.Clone(past.References)
	if past.References == nil {
		past.References = map[string]Reference{}
	}
	past.References[v.Ref.Version] = ref
	v.resembling(ref)
	v.ReferenceID, v.Drift = ref.ID, Standing{}
	v.Results = append(v.Results, Result{Check: "reference", From: ref.From, To: ref.To, Rows: ref.Rows, Status: Healthy, Reason: ReasonPinned})
}

// own pins a stretch of the version's own predictions, if it is ready; else the
// reference keeps no ID. A baseline that had to be passed over is told until then.
func (e *Evaluator) own(ctx context.Context, p Policy, v *Verdict, ref *Reference, tick time.Time) error {
	source, ready, err := e.source(ctx, p, v, tick)
	if err != nil {
		return err
	}
	source.Unused = ref.Unused
	if *ref = source; !ready {
		standing := Standing{Inconclusive, ReasonNoReference}
		if ref.Unused != "" {
			standing = Standing{Warning, ReasonBaseline}
		}
		v.unpinned(*ref, standing)
		return nil
	}
	if ref.Unused != "" {
		v.Results = append(v.Results, Result{Check: "reference", Status: Warning, Reason: ReasonBaseline})
	}
	ref.Ref, ref.PinnedAt = v.Ref, tick
	return e.freeze(ctx, p, ref)
}

// unpinned says why the version has no reference yet.
func (v *Verdict) unpinned(ref Reference, why Standing) {
	v.Drift = why
	v.Results = append(v.Results, Result{Check: "reference", From: ref.From, To: ref.To, Rows: ref.Rows, Status: why.Status, Reason: why.Reason})
}

// source chooses the stretch the reference is taken from and says whether it
// may be pinned at the tick: the stated window, unless it is over and the
// version was hardly in it; then the version's own first days in which it made
// enough predictions.
func (e *Evaluator) source(ctx context.Context, p Policy, v *Verdict, tick time.Time) (Reference, bool, error) {
	over := func(r Reference) bool { return !r.To.Add(p.Maturity + p.Lateness).After(tick) }
	stated := Reference{Source: SourceWindow, From: p.Source.From, To: p.Source.To}
	if !stated.To.IsZero() {
		var err error
		if stated.Rows, err = e.rows(ctx, p, v.Ref, stated.From, stated.To); err != nil {
			return stated, false, err
		}
		if stated.Rows >= minReference || !over(stated) {
			return stated, over(stated), nil
		}
	}
	for from := ceil(v.FirstSeen, p.grid()); ; {
		own := Reference{Source: SourceFirstDays, From: from, To: from.AddDate(0, 0, p.Source.FirstDays)}
		if !over(own) {
			return own, false, nil
		}
		var err error
		if own.Rows, err = e.rows(ctx, p, v.Ref, own.From, own.To); err != nil || own.Rows >= minReference {
			return own, err == nil, err
		}
		// Hardly any predictions: those with a wrong date, or a trial before the
		// traffic came. The days that count begin later.
		next, err := e.activity(ctx, p, v.Ref, own.To, p.Closed(tick))
		if err != nil || next.Rows == 0 {
			return own, false, err
		}
		from = ceil(next.First, p.grid())
	}
}

// rows counts the version's predictions in [from, to).
func (e *Evaluator) rows(ctx context.Context, p Policy, ref model.Ref, from, to time.Time) (uint64, error) {
	a, err := e.activity(ctx, p, ref, from, to)
	return a.Rows, err
}

// activity returns what the version did in [from, to).
func (e *Evaluator) activity(ctx context.Context, p Policy, ref model.Ref, from, to time.Time) (Activity, error) {
	if !from.Before(to) {
		return Activity{}, nil
	}
	active, err := e.buckets.Activity(ctx, p, from, to)
	if err != nil {
		return Activity{}, err
	}
	for _, a := range active {
		if a.Version == ref.Version {
			return a, nil
		}
	}
	return Activity{}, nil
}

// freeze makes the reference of its stretch and stores it: cells, natural
// variation, and the live performance that later one is held to.
func (e *Evaluator) freeze(ctx context.Context, p Policy, ref *Reference) error {
	for _, step := range []func(context.Context, Policy, *Reference) error{e.lay, e.vary, e.baseline} {
		if err := step(ctx, p, ref); err != nil {
			return err
		}
	}
	return e.profiler.Pin(ctx, *ref)
}

// lay lays out the cells of every series and names the reference by them.
func (e *Evaluator) lay(ctx context.Context, p Policy, ref *Reference) error {
	profiles, err := e.profiler.Profiles(ctx, p, ref.Ref, ref.From, ref.To)
	if err != nil {
		return err
	}
	for _, profile := range profiles {
		series, err := profile.Freeze()
		if err != nil {
			return fmt.Errorf("series %s: %w", profile.Series.Name, err)
		}
		ref.Series = append(ref.Series, series)
		if key, mix := MixKey(profile.Series.Name); mix {
			ref.watch(key, profile, float64(ref.To.Sub(ref.From))/float64(p.grid()))
		}
	}
	return ref.identify()
}

// identify names the reference by its content.
func (ref *Reference) identify() error {
	// Accepting an earlier one again is another act, so it has another id.
	var accepted time.Time
	if ref.Source == SourceAccepted {
		accepted = ref.PinnedAt
	}
	content, err := json.Marshal(struct {
		Ref      model.Ref
		From, To time.Time
		Series   []ReferenceSeries
		Segments []Segment `json:",omitempty"`
		Accepted time.Time `json:",omitzero"`
	}{ref.Ref, ref.From, ref.To, ref.Series, ref.Segments, accepted})
	if err != nil {
		return err
	}
	sum := sha256.Sum256(content)
	ref.ID = hex.EncodeToString(sum[:6])
	return nil
}

// Freeze turns a distribution into cells and the counts that fall into them.
func (f Profile) Freeze() (ReferenceSeries, error) {
	s := ReferenceSeries{Name: f.Series.Name, Age: f.Series.Age}
	var err error
	switch {
	case f.Rest > 0:
		s.Layout = drift.NewOpen(f.Texts)
		s.Counts = s.Layout.CountTexts(f.Texts, f.N)
		s.Counts.Add(drift.NewCounts(map[int32]uint64{s.Layout.Unknown(): f.Rest}))
	case f.Series.Kind == drift.Categorical:
		byText := make(map[string]uint64, len(f.Texts))
		for i, text := range f.Texts {
			byText[text] = f.N[i]
		}
		s.Layout = drift.NewCategorical(byText)
		s.Counts = s.Layout.CountTexts(f.Texts, f.N)
	case f.Below != nil:
		s.Layout, s.Counts, err = drift.NewQuantiles(f.Values, f.N, f.Below)
	default:
		if s.Layout, err = drift.NewNumeric(f.Values, f.N); err == nil {
			s.Counts = s.Layout.CountNumbers(f.Values, f.N)
		}
	}
	if err != nil {
		return s, err
	}
	s.Counts.Add(drift.NewCounts(map[int32]uint64{
		drift.Null: f.Null, drift.NaN: f.NaN, drift.NegInf: f.NegInf, drift.PosInf: f.PosInf, drift.Invalid: f.Invalid,
	}))
	return s, nil
}

// vary learns from the reference's own windows how much honest ones differ.
func (e *Evaluator) vary(ctx context.Context, p Policy, ref *Reference) error {
	held, err := e.buckets.Holds(ctx, p, *ref, ref.From, ref.To)
	if err != nil {
		return err
	}
	if _, _, err := e.buckets.Count(ctx, p, *ref, held, ref.To); err != nil {
		return err
	}
	if len(ref.Segments) > 0 {
		stretch, err := e.buckets.Counts(ctx, p, *ref, ref.From, ref.To, p.grid())
		if err != nil {
			return err
		}
		ref.settle(stretch, p.grid())
	}
	return ref.choose(p, func(length time.Duration) ([]Counts, error) { return e.whole(ctx, p, *ref, length) })
}

// learn sets the natural variation of every series to that of the windows.
func (ref *Reference) learn(p Policy, windows []Counts) error {
	for i := range ref.Series {
		s := &ref.Series[i]
		var err error
		measures := slices.Concat(p.measures(s.Layout.Kind), p.forQuality().measures(s.Layout.Kind))
		if s.Variation, err = s.vary(measures, windows); err != nil {
			return err
		}
	}
	for i := range ref.Segments {
		segment := &ref.Segments[i]
		for j := range segment.Series {
			one := &segment.Series[j]
			s, _ := ref.series(one.Name, "")
			s.Segment = segment.Name()
			var err error
			if one.Variation, err = s.vary(p.measures(s.Layout.Kind), windows); err != nil {
				return err
			}
		}
	}
	return nil
}

// vary learns the natural variation of the series, by measure.
func (s ReferenceSeries) vary(measures []drift.Measure, windows []Counts) (map[string]drift.Variation, error) {
	blocks := make([]drift.Counts, 0, len(windows))
	for _, w := range windows {
		blocks = append(blocks, w.of(s))
	}
	all := map[string]drift.Variation{}
	for _, measure := range measures {
		variation, err := drift.NewVariation(measure, s.Layout, blocks)
		if err != nil {
			return nil, fmt.Errorf("natural variation of %s by %s: %w", Named(s.Name, s.Segment), measure.Name, err)
		}
		all[measure.Name] = variation
	}
	return all, nil
}

// mostLabelled is of how many predictions the labels are read at most to measure a
// reference: half a million tell an accuracy to a thousandth, and are in memory at once.
const mostLabelled = 500_000

// baseline measures the reference's own live performance: what the version is
// held to from now on.
func (e *Evaluator) baseline(ctx context.Context, p Policy, ref *Reference) error {
	if len(p.Live.Metrics) == 0 {
		return nil
	}
	p.Sample = 1 + ref.Rows/mostLabelled
	rows, err := e.labels.Matured(ctx, p, ref.From, ref.To)
	if err != nil {
		return err
	}
	own := block{rows: rows}.of(ref.Ref.Version)
	if own == nil {
		return nil
	}
	ref.Coverage, ref.Classes = own.coverage(), own.matrix().Classes()
	own.Classes = ref.Classes
	ref.Baselines = make(map[string]performance.Estimate, len(p.Live.Metrics))
	for _, metric := range p.Live.Metrics {
		ref.Baselines[metric] = metrics[metric].estimate(own)
	}
	ref.Slices = p.Live.sliceMeans(own, ref.To.Sub(ref.From))
	ref.calibrate(p, own)
	return nil
}
