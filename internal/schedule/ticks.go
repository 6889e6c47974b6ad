package schedule

import (
	"iter"
	"time"
)

// searchYears bounds the search for the next tick. The cron library gives up
// after five years, but from 2096 to 2104 there is no 29th of February.
const searchYears = 12

// Next returns the first tick after the given time, in UTC; the zero time
// when there is none.
func (s Schedule) Next(after time.Time) time.Time {
	after = after.UTC()
	if s.every > 0 {
		return floor(after, s.every).Add(s.every)
	}
	if s.cron == nil {
		return time.Time{}
	}
	for years := 0; years < searchYears; years += 4 {
		if next := s.cron.Next(after.AddDate(years, 0, 0)); !next.IsZero() {
			return next
		}
	}
	return time.Time{}
}

// Due yields the ticks in (after, until], in order.
func (s Schedule) Due(after, until time.Time) iter.Seq[time.Time] {
	return func(yield func(time.Time) bool) {
		for t := s.Next(after); !t.IsZero() && !t.After(until); t = s.Next(t) {
			if !yield(t) {
				return
			}
		}
	}
}

// CatchUp yields those ticks in (after, until] that have something to judge,
// in order: the first after each closing of a bucket (lateness after its end),
// and always the newest. Ticks between them would find nothing new. after is
// the last tick that was run. Its cost grows with the buckets that closed, not
// with the ticks, and nothing is held in memory. A bucket of zero or less
// skips nothing.
func (s Schedule) CatchUp(after, until time.Time, bucket, lateness time.Duration) iter.Seq[time.Time] {
	if bucket <= 0 {
		return s.Due(after, until)
	}
	return func(yield func(time.Time) bool) {
		last := after
		for {
			closes := floor(last.Add(-lateness), bucket).Add(bucket + lateness)
			next := s.Next(closes.Add(-1))
			if next.IsZero() || next.After(until) {
				break
			}
			if !yield(next) {
				return
			}
			last = next
		}
		var newest time.Time
		for t := range s.Due(last, until) {
			newest = t
		}
		if !newest.IsZero() {
			yield(newest)
		}
	}
}

// floor returns the start of t's stretch of length d, counted from the Unix
// epoch.
func floor(t time.Time, d time.Duration) time.Time {
	step := d.Milliseconds()
	if step <= 0 {
		return t
	}
	ms := t.UnixMilli()
	rest := ms % step
	if rest < 0 {
		rest += step
	}
	return time.UnixMilli(ms - rest).UTC()
}
