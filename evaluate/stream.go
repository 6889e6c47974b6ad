package evaluate

import (
	"context"
	"fmt"
	"math"
	"slices"
	"time"

	"github.com/driftd/driftd/drift"
)

// Arrival is what came for a model in one bucket.
type Arrival struct {
	Bucket   time.Time // its start
	Served   uint64    // predictions with role served, of every version, by their own time
	Events   uint64    // predictions and outcomes that were stored, by their own time
	Rejected uint64    // messages of its topics that could not be read, by their Kafka timestamp
	Reason   string    // the most frequent reason of Rejected, "" when there are none
}

// Arrivals tells what came for a model, read or not.
type Arrivals interface {
	// Arrivals returns the buckets of [from, to) in which anything came, oldest
	// first. Both times are aligned to buckets.
	Arrivals(ctx context.Context, p Policy, from, to time.Time) ([]Arrival, error)
}

// How many earlier stretches a stretch of the stream is compared with.
const (
	mostWeeks = 8
	leastDays = 7 // each day of the week is among them
	mostDays  = 14
)

const week = 7 * 24 * time.Hour

// stream judges what came for the model: rejects, volume and freshness of the
// served traffic, whichever version served, against the same hours of earlier
// weeks. Volume per version would say how traffic moved between versions. The
// detector is the serving version's, and starts anew with the next one.
func (e *Evaluator) stream(ctx context.Context, p Policy, past Past, v *Verdict) error {
	if !v.Serving || e.arrivals == nil || len(p.streamChecks()) == 0 {
		v.Evidence = slices.DeleteFunc(v.Evidence, Evidence.ofStream)
		return nil
	}
	p = p.under(past.References[v.Ref.Version])
	s := stream{Evaluator: e, policy: p, verdict: v, first: firstSeen(past, *v), alarm: p.Thresholds(past.References[v.Ref.Version]).Quality}
	to := p.closed(v.Tick, p.Drift.Window, 0)
	from := to.Add(-p.Drift.Window)
	last, known := past.Verdicts[v.Ref.Version]
	if known {
		from = later(p.closed(last.Tick, p.Drift.Window, 0), to.Add(-lateHorizon))
	}
	for ; from.Before(to); from = from.Add(p.Drift.Window) {
		if err := s.window(ctx, from, from.Add(p.Drift.Window)); err != nil {
			return err
		}
	}
	if closed := p.closed(v.Tick, p.Bucket, 0); !known || closed.After(p.closed(last.Tick, p.Bucket, 0)) {
		return s.breaks(ctx, closed)
	}
	return nil
}

// stream is the stream of one model at one tick.
type stream struct {
	*Evaluator
	policy  Policy
	verdict *Verdict
	first   time.Time // the model's first prediction
	alarm   float64
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

// flows are what came in one stretch, bucket by bucket: everything, and served
// predictions.
type flows struct {
	intake, traffic drift.Flow
	reason          string // most frequent of the newest bucket with rejects
}

func (s stream) flows(ctx context.Context, from, to time.Time) (flows, error) {
	arrivals, err := s.arrivals.Arrivals(ctx, s.policy, from, to)
	if err != nil {
		return flows{}, fmt.Errorf("read what came from %s to %s: %w", from.Format(time.RFC3339), to.Format(time.RFC3339), err)
	}
	n := int(to.Sub(from) / s.policy.Bucket)
	f := flows{intake: drift.Flow{Accepted: make([]uint64, n), Rejected: make([]uint64, n)}, traffic: drift.Flow{Accepted: make([]uint64, n)}}
	for _, a := range arrivals {
		i := int(a.Bucket.Sub(from) / s.policy.Bucket)
		f.intake.Accepted[i], f.intake.Rejected[i], f.traffic.Accepted[i] = a.Events, a.Rejected, a.Served
		if a.Reason != "" {
			f.reason = a.Reason
		}
	}
	return f, nil
}

// earlier returns what came in the same hours of earlier weeks; where there are
// fewer than [drift.MinWeeks], of earlier days, a weaker form. Nothing when
// there are not enough of these either.
func (s stream) earlier(ctx context.Context, from, to time.Time) (intake, traffic []drift.Flow, days bool, err error) {
	count := func(step time.Duration, most int) int {
		return max(0, min(most, int(from.Sub(s.first)/step)))
	}
	step := time.Duration(math.Ceil(float64(to.Sub(from))/float64(week))) * week
	n := count(step, mostWeeks)
	if n < drift.MinWeeks {
		step, days = week/7, true
		if n = count(step, mostDays); n < leastDays || to.Sub(from) > step {
			return nil, nil, false, nil
		}
	}
	for k := n; k > 0; k-- {
		back := time.Duration(k) * step
		f, err := s.flows(ctx, from.Add(-back), to.Add(-back))
		if err != nil {
			return nil, nil, days, err
		}
		intake, traffic = append(intake, f.intake), append(traffic, f.traffic)
	}
	if !days { // a day of the week on which nothing comes is no outage
		traffic = drift.Usual(traffic)
	}
	return intake, traffic, days, nil
}

// window judges one closed window of the stream.
func (s stream) window(ctx context.Context, from, to time.Time) error {
	now, err := s.flows(ctx, from, to)
	if err != nil {
		return err
	}
	intake, traffic, days, err := s.earlier(ctx, from, to)
	if err != nil {
		return err
	}
	var results []Result
	var voices []Voice
	heard := false
	for _, check := range s.policy.streamChecks() {
		voice := Voice{Check: check.Name, Limit: s.policy.Quality.Tolerate[check.Name]}
		r := Result{Check: check.Name, From: from, To: to, Limit: number(voice.Limit), Status: Healthy}
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
		e := s.detector(from, voices)
		// A window with a break that was told has nothing to add.
		if !from.Before(e.BrokenTo) {
			if err := e.listen(voices, from, to, now.traffic); err != nil {
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
