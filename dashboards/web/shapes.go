package web

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"
)

// States, the worst first. Each has a shape of its own, so that none is told by
// its colour alone.
var States = []string{"critical", "warning", "errored", "inconclusive", "unknown", "healthy"}

var shapes = map[string]string{
	"critical":     "M6 0L12 6L6 12L0 6z",
	"warning":      "M6 .5L11.8 11H.2z",
	"errored":      "M2.2 .8L6 4.6L9.8 .8L11.2 2.2L7.4 6L11.2 9.8L9.8 11.2L6 7.4L2.2 11.2L.8 9.8L4.6 6L.8 2.2z",
	"inconclusive": "M6 .5a5.5 5.5 0 1 0 0 11a5.5 5.5 0 1 0 0-11M6 2.5a3.5 3.5 0 1 1 0 7a3.5 3.5 0 1 1 0-7z",
	"healthy":      "M6 .5a5.5 5.5 0 1 0 0 11a5.5 5.5 0 1 0 0-11z",
}

// shape is the path of a state's shape in a square of 12.
func shape(state string) string {
	if path, ok := shapes[state]; ok {
		return path
	}
	return "M1 5h10v2H1z"
}

// bar is a rectangle of a timeline of 1000.
type bar struct {
	X, Width, State, Title string
	Serving                bool
}

// axis lays runs out over the span.
func axis(span Span, runs []Run) []bar {
	whole := span.To.Sub(span.From).Seconds()
	var bars []bar
	for _, r := range runs {
		from, to := r.From, r.To
		if from.Before(span.From) {
			from = span.From
		}
		if to.After(span.To) {
			to = span.To
		}
		if whole <= 0 || to.Before(from) {
			continue
		}
		title := fmt.Sprintf("%s from %s to %s", r.State, minute(r.From), minute(r.To))
		if r.Serving {
			title += ", serving"
		}
		bars = append(bars, bar{
			X:     strconv.FormatFloat(1000*from.Sub(span.From).Seconds()/whole, 'f', 2, 64),
			Width: strconv.FormatFloat(max(1, 1000*to.Sub(from).Seconds()/whole), 'f', 2, 64),
			State: r.State, Title: title, Serving: r.Serving,
		})
	}
	return bars
}

// strip is a series' line of the heat map.
type strip struct {
	Series
	Cells   []heat
	Unusual int // windows
}

// heat is a stretch of equally unusual windows.
type heat struct {
	X, Width int
	Level    int // 1 to 4
	Title    string
}

// heatmap is all strips over the same windows.
type heatmap struct {
	Windows  int
	From, To time.Time // of the first and the last window's end
	Strips   []strip
}

// strips lays the windows of all series out side by side.
func strips(all []Series) heatmap {
	var ends []time.Time
	for _, s := range all {
		for _, w := range s.Windows {
			ends = append(ends, w.To)
		}
	}
	slices.SortFunc(ends, time.Time.Compare)
	ends = slices.CompactFunc(ends, time.Time.Equal)
	m := heatmap{Windows: len(ends)}
	if len(ends) > 0 {
		m.From, m.To = ends[0], ends[len(ends)-1]
	}
	for _, s := range all {
		line := strip{Series: s}
		for _, w := range s.Windows {
			level := unusual(w.P)
			if level == 0 {
				continue
			}
			line.Unusual++
			x, _ := slices.BinarySearchFunc(ends, w.To, time.Time.Compare)
			line.Cells = append(line.Cells, heat{X: x, Width: 1, Level: level, Title: fmt.Sprintf("%s: %s %s, p %.2g", day(w.To), w.Check, figure(w.Value), w.P)})
		}
		m.Strips = append(m.Strips, line)
	}
	return m
}

// unusual is how seldom an honest window says as much: 0 where more than one of ten
// does, to 4 where less than one of 10,000 does.
func unusual(p float64) int {
	switch {
	case p > 0.1:
		return 0
	case p > 0.01:
		return 1
	case p > 0.001:
		return 2
	case p > 0.0001:
		return 3
	}
	return 4
}

// spoken says a track in words.
func spoken(runs []Run) string {
	parts := make([]string, len(runs))
	for i, r := range runs {
		parts[i] = r.State + " from " + day(r.From)
	}
	return strings.Join(parts, "; ")
}
