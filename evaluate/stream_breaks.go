package evaluate

import (
	"context"
	"slices"
	"time"

	"github.com/driftd/driftd/drift"
)

// breaks looks for a gross break in the newest closed bucket and in the silence
// that ends with it, which are told at once and are over with two good buckets.
// The last stretch was read; what to compare it with seldom has to be.
func (s stream) breaks(ctx context.Context, last stretch) error {
	p, closed, recent := s.policy, last.to, s.flows(last)
	if newest := recent.intake.Last(1); recent.traffic.Last(1).Rows() > 0 && newest.RejectedShare() <= 0.5 {
		s.mended()
		return nil
	}
	n := len(recent.traffic.Accepted)
	from := closed.Add(-p.Bucket)
	for i := n - 1; i >= 0 && recent.traffic.Accepted[i] == 0; i-- {
		from = closed.Add(-time.Duration(n-i) * p.Bucket)
	}
	silence := stretch{from, closed}
	earlier, _ := s.before(silence)
	if err := s.read(ctx, earlier...); err != nil {
		return err
	}
	intake, traffic, _ := s.earlier(silence)
	silent := int(closed.Sub(from) / p.Bucket)
	now := flows{intake: recent.intake.Last(1), traffic: recent.traffic.Last(silent), reason: recent.reason}
	for i := range intake {
		intake[i] = intake[i].Last(1)
	}
	check := drift.Broken(now.intake, now.traffic, intake, traffic)
	if check == "" || !slices.Contains(p.Quality.Checks, check) {
		s.mended()
		return nil
	}
	var voices []Voice
	for _, c := range p.streamChecks() {
		voice := Voice{Check: c.Name, Limit: p.Quality.Tolerate[c.Name]}
		switch {
		case c.Name != check:
		case check == drift.Rejects:
			voice.Now, voice.Before, voice.Detail = number(now.intake.RejectedShare()), number(share(intake)), now.reason
		default:
			voice.Now, voice.Before, voice.Since = number(0), number(hourly(traffic, p.Bucket)), from
		}
		voices = append(voices, voice)
	}
	e := s.detector(from, voices)
	e.Voices = voices
	e.breaks(check, from, closed)
	e.BrokenTo = closed
	return nil
}

// mended counts a good bucket towards the end of a gross break.
func (s stream) mended() {
	for i := range s.verdict.Evidence {
		e := &s.verdict.Evidence[i]
		if !e.ofStream() || e.Broken == "" {
			continue
		}
		if e.Calm++; e.Calm >= calmBlocks {
			if e.Broken = ""; e.Peak < e.Alert { // else the evidence stands for something too
				e.over()
			}
		}
	}
}

func share(earlier []drift.Flow) float64 {
	var all drift.Flow
	for _, f := range earlier {
		all.Accepted, all.Rejected = append(all.Accepted, f.Accepted...), append(all.Rejected, f.Rejected...)
	}
	return all.RejectedShare()
}

// hourly returns the mean rows an hour.
func hourly(earlier []drift.Flow, bucket time.Duration) float64 {
	var rows, hours float64
	for _, f := range earlier {
		rows += float64(f.Rows())
		hours += float64(len(f.Accepted)) * bucket.Hours()
	}
	if hours == 0 {
		return 0
	}
	return rows / hours
}
