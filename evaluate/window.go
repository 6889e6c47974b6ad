package evaluate

import (
	"context"
	"fmt"
	"slices"
	"time"
)

// AutoWindow as a policy's window lets each reference choose its own when it is
// pinned.
const AutoWindow time.Duration = 0

const (
	oneDay  = 24 * time.Hour
	oneWeek = 7 * oneDay
)

// Window returns how long the windows are that are held to the reference: as
// frozen with it, else as the policy states.
func (p Policy) Window(ref Reference) time.Duration {
	switch {
	case ref.Window > 0:
		return ref.Window
	case p.Drift.Window > 0:
		return p.Drift.Window
	}
	return p.grid()
}

// under returns the policy as it is for a version with this reference.
func (p Policy) under(ref Reference) Policy {
	p.Drift.Window = p.Window(ref)
	return p
}

// grid is what the stretch of a reference is aligned to: the stated window, or
// days where it is chosen by what they tell.
func (p Policy) grid() time.Duration {
	if p.Drift.Window > 0 {
		return p.Drift.Window
	}
	return max(p.Bucket, oneDay)
}

// windows lists the lengths that auto chooses from, the shortest first: a bucket,
// a day, three days and a week, as far as they are whole buckets.
func (p Policy) windows() []time.Duration {
	lengths := []time.Duration{p.Bucket, oneDay, 3 * oneDay, oneWeek}
	slices.Sort(lengths)
	return slices.DeleteFunc(slices.Compact(lengths), func(d time.Duration) bool { return d < p.Bucket || d%p.Bucket != 0 })
}

// longest returns the longest window that any version may be judged by.
func (p Policy) longest(past Past) time.Duration {
	most := p.Drift.Window
	if most == AutoWindow {
		lengths := p.windows()
		most = lengths[len(lengths)-1]
	}
	for _, ref := range past.References {
		most = max(most, ref.Window)
	}
	return most
}

// Natural variation is usable where a window tells nearly what an independent one
// would: an R1 of 0.3 says that 1.9 in a row tell what one would.
const (
	usableR1 = 0.3
	// usableShare of all series and measures must be usable: one feature that
	// stays where it is for weeks does not decide for the others, whose evidence
	// and its own are discounted for it anyway.
	usableShare = 0.75
)

// Usable returns the share of the reference's series and measures that could be
// compared whose natural variation is known and whose windows resemble those
// before by less than an R1 of 0.3; 0 when none could be compared.
func (ref Reference) Usable() float64 {
	usable, _ := ref.learned()
	return usable
}

// learned returns the shares of series and measures that are usable, and known.
func (ref Reference) learned() (usable, known float64) {
	var all float64
	for _, s := range ref.Series {
		for _, v := range s.Variation {
			if v.K == 0 {
				continue // always missing, or hardly any rows: it has no say
			}
			all++
			if v.Known() {
				known++
				if v.R1 < usableR1 {
					usable++
				}
			}
		}
	}
	if all == 0 {
		return 0, 0
	}
	return usable / all, known / all
}

// Resembling says that auto found no window whose natural variation is usable.
func (ref Reference) Resembling() bool { return ref.Auto && ref.Usable() < usableShare }

// choose learns the natural variation of the reference from its own windows:
// those of the policy, or the shortest for which it is usable. Where it is for
// none, they are the longest for which it is known, days where it is never.
// windows returns the reference's whole windows of a length.
func (ref *Reference) choose(p Policy, windows func(time.Duration) ([]Counts, error)) error {
	learn := func(length time.Duration) error {
		ref.Window = length
		w, err := windows(length)
		if err != nil {
			return err
		}
		return ref.learn(p, w)
	}
	if p.Drift.Window != AutoWindow {
		return learn(p.Drift.Window)
	}
	ref.Auto = true
	fallback := p.grid()
	for _, length := range p.windows() {
		if err := learn(length); err != nil {
			return fmt.Errorf("windows of %s: %w", length, err)
		}
		usable, known := ref.learned()
		if usable >= usableShare {
			return nil
		}
		if known >= usableShare {
			fallback = length
		}
	}
	if ref.Window == fallback {
		return nil
	}
	return learn(fallback)
}

// whole returns the whole windows of the reference's stretch.
func (e *Evaluator) whole(ctx context.Context, p Policy, ref Reference, length time.Duration) ([]Counts, error) {
	from, to := ceil(ref.From, length), floor(ref.To, length)
	if !from.Before(to) {
		return nil, nil
	}
	return e.buckets.Counts(ctx, p, ref, from, to, length)
}

// resembling tells, when the reference is pinned, that its windows are no
// witnesses of their own.
func (v *Verdict) resembling(ref Reference) {
	if _, known := ref.learned(); ref.Resembling() {
		reason := ReasonResembling
		if known < usableShare {
			reason = ReasonNoVariation
		}
		v.Results = append(v.Results, Result{
			Check: "reference", From: ref.From, To: ref.To, Rows: ref.Rows, Value: number(ref.Usable()), Limit: number(usableShare),
			Status: Inconclusive, Reason: reason,
		})
	}
}
