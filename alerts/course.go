package alerts

import (
	"math"
	"slices"

	"github.com/driftd/driftd/evaluate"
)

// maxPoints is how many points a chart shows: what the chart block of Slack allows.
const maxPoints = 20

// Course returns how the leading performance detector came along over earlier
// verdicts of one version, oldest first: one point per block, at most 20. It
// is what Past.Courses holds.
func Course(verdicts []evaluate.Verdict) []Point {
	var i Incident
	for k := range verdicts {
		i.plot(nil, course(&verdicts[k], liveKinds))
	}
	return i.Chart
}

// course returns where the leading detector of the kinds stands, as the share
// of the way to its alarm; the zero Point before the first block.
func course(v *evaluate.Verdict, kinds []evaluate.Kind) Point {
	at := v.LabelsTo
	if slices.Contains(kinds, evaluate.Drift) {
		at = v.DriftTo
	}
	if at.IsZero() {
		return Point{}
	}
	p := Point{At: at}
	for _, e := range v.Evidence {
		if !slices.Contains(kinds, e.Kind) {
			continue
		}
		logM := e.LogM
		if e.Since.Equal(at) {
			logM = math.Max(logM, e.Peak) // the process starts anew after an alarm
		}
		// A thousandth is finer than any screen, and keeps a repeated tick equal.
		p.Value = math.Max(p.Value, math.Round(1000*shareOf(logM, threshold(e)))/1000)
	}
	return p
}

// plot adds the point, after the earlier ones when the chart is new.
func (i *Incident) plot(earlier []Point, p Point) {
	if p.At.IsZero() {
		return
	}
	if len(i.Chart) == 0 {
		i.Chart = slices.Clone(earlier)
	}
	if n := len(i.Chart); n > 0 && !i.Chart[n-1].At.Before(p.At) {
		return
	}
	i.Chart = append(i.Chart, p)
	i.Chart = i.Chart[max(0, len(i.Chart)-maxPoints):]
}

// threshold returns the highest threshold the detector leads to.
func threshold(e evaluate.Evidence) float64 {
	return math.Max(e.Alert, math.Max(e.Page, e.Demote))
}

// reached returns the share of the way to the highest threshold that the
// detector has come, the crossing of its present level included.
func reached(e evaluate.Evidence) float64 {
	return shareOf(math.Max(e.LogM, e.Peak), threshold(e))
}

func shareOf(logM, threshold float64) float64 {
	e := evaluate.Evidence{LogM: logM}
	return e.Share(threshold)
}
