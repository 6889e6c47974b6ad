package evaluate

import "time"

// Held is what one bucket holds of a version, or held when it was counted.
type Held struct {
	Bucket time.Time // its start
	Rows   uint64    // events, each time that one was sent
	// Offsets is the sum of their offsets, one more each: it tells an event that took the
	// place of another. 0 of what was counted before it was noted.
	Offsets uint64
	Tick    time.Time // at which it was counted; zero of what it holds now
}

// late returns the start of the earliest bucket that is to be counted anew: it holds
// other rows than when it was counted, or was counted after the tick that judged the
// version last. cut is whether one was: what was judged rests on other counts. Zero
// when there is none.
func late(now, counted []Held, judged time.Time) (from time.Time, cut bool) {
	holds := make(map[int64]Held, len(now))
	for _, held := range now {
		holds[held.Bucket.Unix()] = held
	}
	for _, was := range counted {
		is := holds[was.Bucket.Unix()]
		delete(holds, was.Bucket.Unix())
		again := was.Tick.After(judged)
		if again || is.Rows != was.Rows || was.Offsets != 0 && is.Offsets != was.Offsets {
			from = earliest(from, was.Bucket)
			cut = cut || again
		}
	}
	for _, held := range holds { // never counted
		from = earliest(from, held.Bucket)
	}
	return from, cut
}

// within returns what the buckets in [from, to) hold, of those given oldest first.
func within(held []Held, from, to time.Time) []Held {
	for len(held) > 0 && held[0].Bucket.Before(from) {
		held = held[1:]
	}
	for len(held) > 0 && !held[len(held)-1].Bucket.Before(to) {
		held = held[:len(held)-1]
	}
	return held
}
