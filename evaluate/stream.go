package evaluate

import (
	"context"
	"math"
	"slices"
	"time"

	"github.com/driftd/driftd/drift"
)

// stream is what came for a model, which one tick judges: rejects, volume and
// freshness of the served traffic, whichever version served, against the same hours
// of earlier weeks. Volume per version would say how traffic moved between versions.
// The detector is the serving version's, and starts anew with the next one.
type stream struct {
	*Evaluator
	policy  Policy
	verdict *Verdict
	first   time.Time // the model's first prediction
	alarm   float64
	came    map[time.Time]Arrival // what was read, by bucket
	windows []stretch             // that have closed since the tick before
	recent  stretch               // that ends with the newest closed bucket; empty when none has closed
}

// streams reads what is to be judged of the streams of the verdicts.
func (e *Evaluator) streams(ctx context.Context, p Policy, past Past, verdicts []Verdict) (all []stream, err error) {
	for i := range verdicts {
		v := &verdicts[i]
		if !v.Serving || e.arrivals == nil || len(p.streamChecks()) == 0 {
			v.Evidence = slices.DeleteFunc(v.Evidence, Evidence.ofStream)
			continue
		}
		s, err := e.stream(ctx, p.under(past.References[v.Ref.Version]), past, v)
		if err != nil {
			return nil, err
		}
		all = append(all, s)
	}
	return all, nil
}

// stream reads what is to be judged of one.
func (e *Evaluator) stream(ctx context.Context, p Policy, past Past, v *Verdict) (stream, error) {
	s := stream{Evaluator: e, policy: p, verdict: v, first: firstSeen(past, *v), alarm: p.Thresholds(past.References[v.Ref.Version]).Quality, came: map[time.Time]Arrival{}}
	to := p.closed(v.Tick, p.Drift.Window, 0)
	from := to.Add(-p.Drift.Window)
	last, known := past.Verdicts[v.Ref.Version]
	if known {
		from = later(p.closed(last.Tick, p.Drift.Window, 0), to.Add(-lateHorizon))
	}
	var asked []stretch
	for ; from.Before(to); from = from.Add(p.Drift.Window) {
		window := stretch{from, from.Add(p.Drift.Window)}
		earlier, _ := s.before(window)
		s.windows, asked = append(s.windows, window), append(append(asked, earlier...), window)
	}
	if closed := p.Closed(v.Tick); !known || closed.After(p.Closed(last.Tick)) {
		s.recent = stretch{closed.Add(-max(p.Drift.Window, week/7)), closed}
		asked = append(asked, s.recent)
	}
	return s, s.read(ctx, asked...)
}

// judge judges what came.
func (s stream) judge(ctx context.Context) error {
	for _, window := range s.windows {
		if err := s.window(window); err != nil {
			return err
		}
	}
	if s.recent == (stretch{}) {
		return nil
	}
	return s.breaks(ctx, s.recent)
}

// streamChecks returns the configured checks of the stream, in their order.
func (p Policy) streamChecks() []drift.StreamCheck {
	var out []drift.StreamCheck
	for _, s := range drift.Stream {
		if slices.Contains(p.Quality.Checks, s.Name) {
			out = append(out, s)
		}
	}
	return out
}

func (e Evidence) ofStream() bool { return e.Kind == Quality && e.Feature == "" }

func firstSeen(past Past, v Verdict) time.Time {
	first := v.FirstSeen
	for _, other := range past.Verdicts {
		if !other.FirstSeen.IsZero() {
			first = earlier(first, other.FirstSeen)
		}
	}
	return first
}

// window judges one closed window of the stream.
func (s stream) window(st stretch) error {
	now := s.flows(st)
	intake, traffic, days := s.earlier(st)
	var results []Result
	var voices []Voice
	heard := false
	for _, check := range s.policy.streamChecks() {
		voice := Voice{Check: check.Name, Limit: s.policy.Quality.Tolerate[check.Name]}
		r := Result{Check: check.Name, From: st.from, To: st.to, Limit: number(voice.Limit), Status: Healthy}
		c := s.compare(check, now, intake, traffic, days, &voice)
		r.Rows = c.Live
		if c.Reason != "" {
			r.Status, r.Reason = Inconclusive, string(c.Reason)
		} else {
			heard = true
			r.Value, r.P = number(c.Value), number(c.PEffect)
			voice.Value, voice.P = r.Value, r.P
			if days {
				r.Reason = ReasonDays
			}
		}
		results, voices = append(results, r), append(voices, voice)
	}
	if heard {
		e := s.detector(st.from, voices)
		// A window with a break that was told has nothing to add.
		if !st.from.Before(e.BrokenTo) {
			if err := e.listen(voices, st.from, st.to, now.traffic); err != nil {
				return err
			}
		}
		e.judge(results)
	}
	s.verdict.Results = append(s.verdict.Results, results...)
	return nil
}

// compare measures one check and adds to its voice what was measured and what
// was expected. With days, volume and freshness say nothing: a quiet weekend
// is no news, and a week of days does not tell.
func (s stream) compare(check drift.StreamCheck, now flows, intake, traffic []drift.Flow, days bool, voice *Voice) drift.Comparison {
	if check.Name == drift.Rejects {
		if len(intake) == 0 {
			return drift.Comparison{Live: now.intake.Rows(), Reason: drift.TooFewWeeks}
		}
		c := check.Compare(intake, now.intake, voice.Limit)
		share := now.intake.RejectedShare()
		voice.Now, voice.Before, voice.Detail = number(share), number(max(0, share-c.Value)), now.reason
		return c
	}
	if days {
		traffic = nil
	}
	c := check.Compare(traffic, now.traffic, voice.Limit)
	if c.Reason == "" && check.Name == drift.Volume {
		rows := float64(now.traffic.Rows())
		voice.Now, voice.Before = number(rows), number(max(0, (rows+0.5)*math.Exp(-c.Value)-0.5))
	}
	return c
}

// detector is the one that hears of the stream.
func (s stream) detector(from time.Time, voices []Voice) *Evidence {
	e := s.verdict.detector(Evidence{Kind: Quality, Check: QualityCheck, Started: from, Voices: voices})
	e.Alert = s.alarm
	return e
}

// listen lets the detector of the stream consume one window.
func (e *Evidence) listen(voices []Voice, from, to time.Time, traffic drift.Flow) error {
	joint, testimonies, calm := ReferenceSeries{}.joint(voices)
	capped(joint, voices, e.Alert)
	next, err := joint.Step(e.State, span(from, to), testimonies)
	if err != nil {
		return err
	}
	e.Voices = voices
	e.consumed(next, from, to, traffic.Rows(), calm)
	return nil
}
