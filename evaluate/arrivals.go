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
	// Arrivals returns those of the buckets in which anything came, oldest first.
	// Buckets are given by their starts, ascending.
	Arrivals(ctx context.Context, p Policy, buckets []time.Time) ([]Arrival, error)
}

// How many earlier stretches a stretch of the stream is compared with.
const (
	mostWeeks = 8
	leastDays = 7 // each day of the week is among them
	mostDays  = 14
)

const week = 7 * 24 * time.Hour

// stretch is a stretch of event time, aligned to buckets.
type stretch struct{ from, to time.Time }

// read asks at once for all buckets of the stretches that are not known yet.
func (s stream) read(ctx context.Context, stretches ...stretch) error {
	var missing []time.Time
	for _, st := range stretches {
		for at := st.from.UTC(); at.Before(st.to); at = at.Add(s.policy.Bucket) {
			if _, known := s.came[at]; !known {
				s.came[at] = Arrival{Bucket: at}
				missing = append(missing, at)
			}
		}
	}
	if len(missing) == 0 {
		return nil
	}
	slices.SortFunc(missing, time.Time.Compare)
	arrivals, err := s.arrivals.Arrivals(ctx, s.policy, missing)
	if err != nil {
		return fmt.Errorf("read what came in %d buckets from %s: %w", len(missing), missing[0].Format(time.RFC3339), err)
	}
	for _, a := range arrivals {
		s.came[a.Bucket.UTC()] = a
	}
	return nil
}

// flows are what came in one stretch, bucket by bucket: everything, and served
// predictions.
type flows struct {
	intake, traffic drift.Flow
	reason          string // most frequent of the newest bucket with rejects
}

// flows returns what came in a stretch that was read.
func (s stream) flows(st stretch) flows {
	n := int(st.to.Sub(st.from) / s.policy.Bucket)
	f := flows{intake: drift.Flow{Accepted: make([]uint64, n), Rejected: make([]uint64, n)}, traffic: drift.Flow{Accepted: make([]uint64, n)}}
	for i := range n {
		a := s.came[st.from.UTC().Add(time.Duration(i)*s.policy.Bucket)]
		f.intake.Accepted[i], f.intake.Rejected[i], f.traffic.Accepted[i] = a.Events, a.Rejected, a.Served
		if a.Reason != "" {
			f.reason = a.Reason
		}
	}
	return f
}

// before returns the same hours of earlier weeks, oldest first; where there are
// fewer than [drift.MinWeeks], of earlier days, a weaker form. Nothing when
// there are not enough of these either.
func (s stream) before(st stretch) (earlier []stretch, days bool) {
	count := func(step time.Duration, most int) int {
		return max(0, min(most, int(st.from.Sub(s.first)/step)))
	}
	length := st.to.Sub(st.from)
	step := time.Duration(math.Ceil(float64(length)/float64(week))) * week
	n := count(step, mostWeeks)
	if n < drift.MinWeeks {
		step, days = week/7, true
		if n = count(step, mostDays); n < leastDays || length > step {
			return nil, false
		}
	}
	for k := n; k > 0; k-- {
		back := -time.Duration(k) * step
		earlier = append(earlier, stretch{st.from.Add(back), st.to.Add(back)})
	}
	return earlier, days
}

// earlier returns what came in the stretches of [stream.before], which were read.
func (s stream) earlier(st stretch) (intake, traffic []drift.Flow, days bool) {
	stretches, days := s.before(st)
	for _, earlier := range stretches {
		f := s.flows(earlier)
		intake, traffic = append(intake, f.intake), append(traffic, f.traffic)
	}
	if !days { // a day of the week on which nothing comes is no outage
		traffic = drift.Usual(traffic)
	}
	return intake, traffic, days
}
