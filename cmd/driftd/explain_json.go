package main

import (
	"io"
	"strings"
	"time"

	"github.com/driftd/driftd/evaluate"
	"github.com/driftd/driftd/internal/app"
)

// explainJSON is the answer of `explain --json`: the version, and what waits for
// people about it, as `status --json` has them, and how its inputs moved. Names and meanings are a public contract:
// docs/commands.md.
type explainJSON struct {
	versionJSON
	waitingJSON
	Moved    []movedJSON   `json:"moved"`
	Segments []segmentJSON `json:"segments,omitempty"`
	Slices   []segmentJSON `json:"worse_slices,omitempty"`
}

// segmentJSON is a metric within a segment, or within both of two.
type segmentJSON struct {
	Segment string    `json:"segment"`
	Metric  string    `json:"metric"`
	From    time.Time `json:"from"`
	To      time.Time `json:"to"`
	Labels  uint64    `json:"labels"`
	Value   *float64  `json:"value,omitempty"`
	Lower   *float64  `json:"lower,omitempty"`
	Upper   *float64  `json:"upper,omitempty"`
	Reason  string    `json:"reason,omitempty"` // why there is no value
	// Of slices: what was to be expected, and the p-value adjusted for all that were looked at.
	Expected *float64 `json:"expected,omitempty"`
	P        *float64 `json:"p,omitempty"`
}

func segmentsJSON(results []evaluate.Result) []segmentJSON {
	var all []segmentJSON
	for _, r := range results {
		s := segmentJSON{
			Segment: r.Segment, Metric: strings.TrimPrefix(r.Check, evaluate.SlicePrefix), From: r.From, To: r.To, Labels: r.Rows,
			Value: r.Value, Lower: r.Lower, Upper: r.Upper, Expected: r.Limit, P: r.P,
		}
		if r.Value == nil {
			s.Reason = r.Reason
		}
		all = append(all, s)
	}
	return all
}

type movedJSON struct {
	Series    string         `json:"series"`
	Segment   string         `json:"segment,omitempty"`
	Level     string         `json:"level"`
	Share     float64        `json:"share_of_alert"`
	Listed    bool           `json:"differs_in_last_window"`
	From      time.Time      `json:"from"`
	To        time.Time      `json:"to"`
	Rows      uint64         `json:"rows"`
	Check     string         `json:"check,omitempty"`
	Value     *float64       `json:"value,omitempty"`
	Quantiles []quantileJSON `json:"quantiles,omitempty"`
	Bins      []binJSON      `json:"bins"`
}

type quantileJSON struct {
	Q      float64 `json:"q"`
	Before float64 `json:"before"`
	After  float64 `json:"after"`
	Beyond int     `json:"beyond,omitempty"`
}

type binJSON struct {
	Bin          string  `json:"bin"`
	Before       float64 `json:"before"`
	After        float64 `json:"after"`
	Contribution float64 `json:"contribution"`
}

// printExplainJSON prints the bins that the tables show: those that tell most, or
// all of them.
func printExplainJSON(w io.Writer, v evaluate.Verdict, waiting app.Waiting, moved []evaluate.MovedSeries, results []evaluate.Result, all bool) error {
	segments, slices, _ := bySegment(results)
	out := explainJSON{versionJSON: toJSON(v), waitingJSON: waitingOf(waiting), Moved: []movedJSON{}, Segments: segmentsJSON(segments), Slices: segmentsJSON(slices)}
	for _, m := range moved {
		told := movedJSON{
			Series: m.Evidence.Feature, Segment: m.Evidence.Segment, Level: level(m.Evidence), Share: m.Evidence.Furthest(), Listed: m.Evidence.Listed,
			From: m.Movement.From, To: m.Movement.To, Rows: m.Movement.Rows, Check: m.Movement.Check, Value: m.Movement.Value, Bins: []binJSON{},
		}
		for _, q := range m.Movement.Quantiles {
			told.Quantiles = append(told.Quantiles, quantileJSON(q))
		}
		bins := m.Movement.Bins
		if all {
			bins = m.Bins
		}
		for _, b := range bins {
			told.Bins = append(told.Bins, binJSON{b.Bin, b.Before, b.After, b.Contribution})
		}
		out.Moved = append(out.Moved, told)
	}
	return printJSON(w, out)
}
