package evaluate

import (
	"context"
	"slices"
	"time"

	"github.com/driftd/driftd/drift"
	"github.com/driftd/driftd/evaluate/evidence"
)

// QualityCheck names the detectors of data quality: one a series, and one of
// the stream, whichever checks speak.
const QualityCheck = "quality"

// DataCheck says whether a result of the check is about the quality of data.
func DataCheck(check string) bool {
	return slices.ContainsFunc(drift.Catalog, func(m drift.Measure) bool { return m.Name == check && m.Quality() }) ||
		slices.ContainsFunc(drift.Stream, func(s drift.StreamCheck) bool { return s.Name == check })
}

// Data says how the version's data stand: what its detectors of data quality
// stand for now; the zero Standing when it has none.
func (v Verdict) Data() Standing {
	var standing Standing
	for _, e := range v.Evidence {
		if e.Kind == Quality {
			standing = standing.worse(e.standing())
		}
	}
	return standing
}

// forQuality is the policy whose measures are those of the quality of data.
func (p Policy) forQuality() Policy {
	p.Drift.Measures, p.Drift.Tolerate = p.Quality.Checks, p.Quality.Tolerate
	return p
}

// quality lets the detectors of data quality hear of one closed window.
func (v *Verdict) quality(p Policy, ref Reference, live Counts) error {
	alarm := p.Thresholds(ref).Quality
	for _, s := range ref.Series {
		results, voices := p.forQuality().compare(s, live)
		if len(voices) > 0 {
			e := v.detector(Evidence{Kind: Quality, Check: QualityCheck, Feature: s.Name, Started: live.From, Voices: voices})
			if err := e.hear(alarm, s, s.shares(voices, live), live); err != nil {
				return err
			}
			e.Broken = "" // its voices are those of the window now
			e.judge(results)
		}
		for i := range results {
			results[i].Revision = v.revision(live.From)
		}
		v.Results = append(v.Results, results...)
	}
	return nil
}

// loudRise is the rise of a share of bad rows that one window alone may tell.
const loudRise = 0.1

// capped bounds what one window says of a share of bad rows: of the way to the
// alarm, as much as its rise is of ten points. An hour without weather reports
// is beyond doubt and no news; where it lasts or comes again, it adds up.
func capped(joint evidence.Joint, voices []Voice, alarm float64) {
	for i, voice := range voices {
		share := voice.Check != drift.Volume && voice.Check != drift.Freshness
		if share && voice.Value != nil && *voice.Value > 0 && *voice.Value < loudRise {
			joint[i].Cap = alarm * *voice.Value / loudRise
		}
	}
}

// judge lets results that were measured stand as their detector does.
func (e *Evidence) judge(results []Result) {
	standing := e.standing()
	for i := range results {
		if standing.Status > Healthy && results[i].Status == Healthy && results[i].P != nil {
			results[i].Status, results[i].Reason = standing.Status, standing.Reason
		}
	}
}

// shares adds to the voices of data quality what share of rows was bad before
// and is now.
func (s ReferenceSeries) shares(voices []Voice, live Counts) []Voice {
	for i, voice := range voices {
		if voice.Value == nil {
			continue
		}
		measure, _ := drift.Lookup(voice.Check)
		now := measure.Bad(s.Layout, live.Series[s.Name]).Ratio()
		voices[i].Now, voices[i].Before = number(now), number(now-*voice.Value)
	}
	return voices
}

// breaks looks for gross breaks in the buckets that have closed since the last
// window: they are told at once, the evidence waits for the window. One in buckets of
// earlier ticks was told then, so that the stored ones are asked for only when those
// that have just been counted may show another.
func (e *Evaluator) breaks(ctx context.Context, p Policy, past Past, v *Verdict, whole reading, fresh news) error {
	ref, ok := past.References[v.Ref.Version]
	if !ok || len(p.Quality.Checks) == 0 || !v.DriftTo.Before(v.CountedTo) || v.CountedTo.Equal(past.Verdicts[v.Ref.Version].CountedTo) {
		return nil
	}
	if fresh.known && len(fresh.counts) == 0 {
		return nil
	}
	p = p.under(ref)
	ref, err := whole()
	if err != nil {
		return err
	}
	if fresh.known && !p.suspects(ref, fresh.counts) {
		return nil
	}
	buckets, err := e.buckets.Counts(ctx, p, ref, v.DriftTo, v.CountedTo, p.Bucket)
	if err != nil {
		return err
	}
	for _, s := range ref.Series {
		at, check := p.broken(s, buckets, p.usualRows(ref, v, s.Name))
		if at < 0 {
			continue
		}
		_, voices := p.forQuality().compare(s, buckets[at])
		d := v.detector(Evidence{Kind: Quality, Check: QualityCheck, Feature: s.Name, Started: v.DriftTo, Voices: voices})
		d.Alert, d.Voices = p.Thresholds(ref).Quality, s.shares(voices, buckets[at])
		d.breaks(check, buckets[at].From, buckets[at].To)
	}
	return nil
}

// breaks raises the alarm at once.
func (e *Evidence) breaks(check string, from, at time.Time) {
	if e.Level == None {
		e.Onset = from
	}
	e.Broken = check
	e.reach(Alerted, at)
}

// broken returns the last of the buckets since the last window in which a gross
// break of the series shows, and the check that sees it; -1 when none does.
//
// A break is more than half of at least [drift.MinRows] rows bad, and by then,
// since the last window, more than twice as many bad rows as the worst whole
// window of the reference has at the volume of today. So it is nothing that the
// reference knows, not even at one hour of the day; and chance, which gives each
// row the share of the reference, less than a quarter, has p < 1e-12.
func (p Policy) broken(s ReferenceSeries, buckets []Counts, perWindow float64) (at int, check string) {
	at = -1
	for _, measure := range p.forQuality().measures(s.Layout.Kind) {
		var bad uint64
		for i, bucket := range buckets {
			counts := bucket.Series[s.Name]
			bad += measure.Bad(s.Layout, counts).Of
			before, mostly := s.mostlyBad(measure, counts)
			worst := before + max(p.Quality.Tolerate[measure.Name], s.Variation[measure.Name].Largest)
			if mostly && float64(bad) > 2*worst*perWindow && i >= at { // of equals the narrower: what is invalid is missing, too
				at, check = i, measure.Name
			}
		}
	}
	return at, check
}

// suspects says whether one of the buckets may show a gross break, whatever those
// before it hold.
func (p Policy) suspects(ref Reference, buckets []Counts) bool {
	p = p.forQuality()
	for _, s := range ref.Series {
		for _, measure := range p.measures(s.Layout.Kind) {
			for _, bucket := range buckets {
				if _, mostly := s.mostlyBad(measure, bucket.Series[s.Name]); mostly {
					return true
				}
			}
		}
	}
	return false
}

// mostlyBad says whether more than half of enough rows are bad, where before it was
// less than a quarter.
func (s ReferenceSeries) mostlyBad(measure drift.Measure, counts drift.Counts) (before float64, mostly bool) {
	share := measure.Bad(s.Layout, counts).Ratio()
	if share <= 0.5 {
		return 0, false
	}
	c := measure.Compare(s.Layout, s.Counts, counts, 0)
	before = share - c.Value
	return before, c.Reason == "" && before < 0.25
}

// usualRows returns how many rows a window of the series has: those that its
// detector heard of on average, or those of the reference if they are more.
func (p Policy) usualRows(ref Reference, v *Verdict, feature string) float64 {
	rows := float64(ref.PerWindow(p))
	for _, e := range v.Evidence {
		if e.Kind == Quality && e.Feature == feature && e.Blocks > 0 {
			rows = max(rows, float64(e.Rows)/float64(e.Blocks))
		}
	}
	return rows
}

// ofWindows says whether the detector hears of drift windows, which are judged
// anew when rows come late or another reference is accepted.
func (e Evidence) ofWindows() bool {
	return e.Kind == Drift || e.Kind == Quality && e.Feature != ""
}

// Live says whether the detector listens to live performance.
func (k Kind) Live() bool { return k == Absolute || k == Floor || k == Paired }
