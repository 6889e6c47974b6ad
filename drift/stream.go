package drift

import "math"

// MinWeeks is the smallest number of earlier weeks that a stream is compared
// with.
const MinWeeks = 4

// Flow are the rows of one window of a stream, bucket by bucket, the oldest
// first. Flows of the same hours have equally many buckets.
type Flow struct {
	Accepted []uint64 // rows that were stored
	Rejected []uint64 // rows that could not be read; nil when there were none
}

// StreamCheck compares a window of the whole stream with the same hours of
// earlier weeks: nights and Sundays are quiet every week.
type StreamCheck struct {
	Name      string
	Tolerance float64 // default minimum effect, in units of Value

	compare func(weeks []Flow, now Flow, tolerance float64) Comparison
}

// Stream lists the checks of a stream.
var Stream = []StreamCheck{rejects, volume, freshness}

// Compare measures the flow of now against those of the same hours of earlier
// weeks. A week in which the stream did not exist yet is left out by the
// caller; one of zeros is a week without rows.
func (s StreamCheck) Compare(weeks []Flow, now Flow, tolerance float64) Comparison {
	reference := Comparison{Live: now.total()}
	for _, week := range weeks {
		if len(week.Accepted) != len(now.Accepted) {
			reference.Reason = BadCounts
			return reference
		}
		reference.Reference += week.total()
	}
	switch {
	case len(now.Accepted) == 0:
		reference.Reason = NoData
	case len(weeks) < MinWeeks:
		reference.Reason = TooFewWeeks
	}
	if reference.Reason != "" {
		return reference
	}
	c := s.compare(weeks, now, math.Max(0, tolerance))
	c.Reference, c.Live = reference.Reference, reference.Live
	return c
}

// Names of the checks of a stream.
const (
	Rejects   = "rejects"
	Volume    = "volume"
	Freshness = "freshness"
)

// Rows returns all rows of the flow, rejected ones included.
func (f Flow) Rows() uint64 { return f.total() }

// RejectedShare returns the share of rows that could not be read, 0 to 1.
func (f Flow) RejectedShare() float64 { return Share{sum(f.Rejected), f.total()}.Ratio() }

// Last returns the flow of the last n buckets.
func (f Flow) Last(n int) Flow {
	last := Flow{Accepted: f.Accepted[len(f.Accepted)-n:]}
	if f.Rejected != nil {
		last.Rejected = f.Rejected[len(f.Rejected)-n:]
	}
	return last
}

func (f Flow) total() uint64 { return sum(f.Accepted) + sum(f.Rejected) }

func sum(rows []uint64) uint64 {
	var total uint64
	for _, n := range rows {
		total += n
	}
	return total
}
