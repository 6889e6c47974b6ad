package evaluate

import "time"

// floor returns the start of t's stretch of length d, counted from the Unix
// epoch: the same grid that the storage engine's integer division gives.
func floor(t time.Time, d time.Duration) time.Time {
	ms := t.UnixMilli()
	step := d.Milliseconds()
	rest := ms % step
	if rest < 0 {
		rest += step
	}
	return time.UnixMilli(ms - rest).UTC()
}

// ceil returns the first grid point at or after t.
func ceil(t time.Time, d time.Duration) time.Time {
	down := floor(t, d)
	if down.Equal(t) {
		return down
	}
	return down.Add(d)
}

// closed returns the end of the newest stretch of length d that has closed at
// tick: late events had their time, and labels too when wait is the maturity.
func (p Policy) closed(tick time.Time, d, wait time.Duration) time.Time {
	return floor(tick.Add(-p.Lateness-wait), d)
}

// Closed returns the end of the newest bucket that has closed at the tick.
func (p Policy) Closed(tick time.Time) time.Time { return p.closed(tick, p.Bucket, 0) }

// LabelBlock returns the newest stretch of predictions whose labels had time to
// arrive at the tick; false when no labels are expected.
func (p Policy) LabelBlock(tick time.Time) (from, to time.Time, ok bool) {
	if p.Maturity == 0 || p.Live.Block == 0 {
		return from, to, false
	}
	to = p.closed(tick, p.Live.Block, p.Maturity)
	return to.Add(-p.Live.Block), to, true
}

// perYear returns how many stretches of length d a year has.
func perYear(d time.Duration) float64 {
	const year = 365.25 * 24 * float64(time.Hour)
	return year / float64(d)
}
