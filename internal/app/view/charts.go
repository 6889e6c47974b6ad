package view

import (
	"cmp"
	"context"
	"fmt"
	"math"
	"slices"
	"time"

	"github.com/driftd/driftd/dashboards/web"
	"github.com/driftd/driftd/evaluate"
	"github.com/driftd/driftd/evaluate/performance"
	"github.com/driftd/driftd/internal/clickhouse"
)

const (
	chartPoints = 300 // at most, of evidence
	chartLines  = 6   // detectors in one chart
)

// stepOf is how far the points of a chart over the span lie apart.
func stepOf(span web.Span) time.Duration {
	return max(time.Minute, (span.To.Sub(span.From) / chartPoints).Round(time.Minute))
}

// moves are the moments at which another version took the slot.
func moves(ctx context.Context, store *clickhouse.Store, name string, span web.Span) ([]web.Mark, error) {
	all, err := store.SlotHistory(ctx, name, end)
	var marks []web.Mark
	for k, h := range all {
		if k == 0 || h.Version == all[k-1].Version || h.From.Before(span.From) || h.From.After(span.To) {
			continue
		}
		text := cmp.Or(h.Version, "nobody") + " serves"
		if h.By != "" {
			text = fmt.Sprintf("%s demoted, %s", all[k-1].Version, text)
		}
		marks = append(marks, web.Mark{At: h.From, Text: text})
	}
	return marks, err
}

// plot collects numbers of several lines by their time.
type plot struct {
	chart web.Chart
	rows  map[time.Time][]*float64
}

func newPlot(title, question, unit string, lines ...web.Line) *plot {
	return &plot{chart: web.Chart{Title: title, Question: question, Unit: unit, Lines: lines}, rows: map[time.Time][]*float64{}}
}

// set puts a number into a line.
func (p *plot) set(at time.Time, line int, x *float64) {
	if p.rows[at] == nil {
		p.rows[at] = make([]*float64, len(p.chart.Lines))
	}
	p.rows[at][line] = x
}

// done returns the chart, with the lines that have a number.
func (p *plot) done(marks []web.Mark) web.Chart {
	c := p.chart
	c.Points = []web.Point{}
	var used []int
	for k := range c.Lines {
		for _, values := range p.rows {
			if values[k] != nil {
				used = append(used, k)
				break
			}
		}
	}
	var lines []web.Line
	for _, k := range used {
		lines = append(lines, c.Lines[k])
	}
	for at, values := range p.rows {
		point := web.Point{At: at}
		for _, k := range used {
			point.Values = append(point.Values, values[k])
		}
		c.Points = append(c.Points, point)
	}
	slices.SortFunc(c.Points, func(a, b web.Point) int { return a.At.Compare(b.At) })
	c.Lines, c.Marks = lines, marks
	return c
}

// evidenceChart shows how far the detectors of performance that came furthest did.
func evidenceChart(steps []clickhouse.EvidenceStep, marks []web.Mark) web.Chart {
	furthest := map[string]float64{}
	for _, s := range steps {
		furthest[detectorName(s.Evidence)] = math.Max(furthest[detectorName(s.Evidence)], *wayOf(s.Evidence))
	}
	names := make([]string, 0, len(furthest))
	for name := range furthest {
		names = append(names, name)
	}
	slices.SortFunc(names, func(a, b string) int { return cmp.Or(cmp.Compare(furthest[b], furthest[a]), cmp.Compare(a, b)) })
	names = names[:min(chartLines, len(names))]
	lines := make([]web.Line, 0, len(names)+1)
	for _, name := range names {
		lines = append(lines, web.Line{Name: name, Role: "value"})
	}
	lines = append(lines, web.Line{Name: "alarm", Role: "limit"})
	p := newPlot("Evidence", "How far has every detector come on the way to its alarm?", "share", lines...)
	p.chart.Top = 1.25
	whole := 1.0
	for _, s := range steps {
		if k := slices.Index(names, detectorName(s.Evidence)); k >= 0 {
			p.set(s.At, k, wayOf(s.Evidence))
			p.set(s.At, len(names), &whole)
		}
	}
	return p.done(marks)
}

// wayOf is the share of the way to a demotion or, where the detector leads to
// none, to a page.
func wayOf(e evaluate.Evidence) *float64 {
	s := e.Share(e.Page)
	if e.Demote > 0 {
		s = e.Share(e.Demote)
	}
	return &s
}

func detectorName(e evaluate.Evidence) string {
	name := e.Check
	switch e.Kind {
	case evaluate.Paired:
		name += " against " + e.Against
	case evaluate.Floor:
		name += " against its floor"
	}
	if e.Demote > 0 {
		return name + ", to a demotion"
	}
	return name + ", to a page"
}

// metricCharts shows every live metric with its interval and its limit, and how
// many predictions have a label.
func metricCharts(p evaluate.Policy, results []evaluate.Result, marks []web.Mark) (metrics []web.Chart, labels web.Chart) {
	plots := map[string]*plot{}
	coverage := newPlot("Labels", "How many of the predictions that are old enough have a label?", "share", web.Line{Name: "labelled", Role: "value"}, web.Line{Name: "needed", Role: "limit"})
	var order []string
	for _, r := range results {
		if r.Check == "coverage" {
			coverage.set(r.To, 0, r.Value)
			coverage.set(r.To, 1, r.Limit)
			continue
		}
		if _, ok := performance.Lookup(r.Check); !ok {
			continue
		}
		key := r.Check + "\x00" + r.Against
		if plots[key] == nil {
			plots[key] = metricPlot(r)
			order = append(order, key)
		}
		for line, x := range []*float64{r.Value, r.Lower, r.Upper, r.Limit} {
			plots[key].set(r.To, line, x)
		}
	}
	for _, r := range results {
		for _, name := range p.Live.Metrics {
			if plot := plots[name+"\x00"]; r.Check == evaluate.ExpectedPrefix+name && plot != nil && r.Value != nil {
				plot.set(r.To, 4, r.Value)
			}
		}
	}
	metrics = []web.Chart{}
	for _, key := range order {
		metrics = append(metrics, plots[key].done(marks))
	}
	return metrics, coverage.done(marks)
}

func metricPlot(r evaluate.Result) *plot {
	title, question := r.Check, "Live, block by block of mature labels"
	limit := "limit"
	if r.Against != "" {
		title, question, limit = r.Check+" against "+r.Against, "Loss beyond the other version's on the same requests", "tolerated"
	}
	return newPlot(title, question, "", web.Line{Name: r.Check, Role: "value"}, web.Line{Name: "95 % from", Role: "lower"}, web.Line{Name: "95 % to", Role: "upper"},
		web.Line{Name: limit, Role: "limit"}, web.Line{Name: "expected from scores", Role: "estimate"})
}
