package slackfake

import (
	"fmt"
	"html/template"
	"math"
	"strings"
)

// The drawing of a chart, in its own units.
const (
	chartWidth, chartHeight         = 680, 190
	chartLeft, chartTop             = 40, 12
	chartRight, chartBottom         = 12, 44
	plotWidth, plotHeight   float64 = chartWidth - chartLeft - chartRight, chartHeight - chartTop - chartBottom
)

// draw draws the series of a chart as lines.
func draw(c *Chart) template.HTML {
	if c == nil || len(c.Series) == 0 || len(c.Axis.Categories) == 0 {
		return ""
	}
	top := 0.0
	for _, s := range c.Series {
		for _, p := range s.Data {
			top = math.Max(top, p.Value)
		}
	}
	step := stepOf(top)
	top = math.Max(step, step*math.Ceil(top/step))
	at := map[string]float64{}
	for k, label := range c.Axis.Categories {
		at[label] = chartLeft + plotWidth*(float64(k)+0.5)/float64(len(c.Axis.Categories))
	}
	height := func(v float64) float64 { return chartTop + plotHeight*(1-math.Max(0, v)/top) }

	var svg strings.Builder
	fmt.Fprintf(&svg, `<svg viewBox="0 0 %d %d" role="img">`, chartWidth, chartHeight)
	for v := 0.0; v <= top+step/2; v += step {
		fmt.Fprintf(&svg, `<path class="grid" d="M%d %.1fH%d"/><text x="%d" y="%.1f" text-anchor="end">%g</text>`,
			chartLeft, height(v), chartWidth-chartRight, chartLeft-6, height(v)+4, v)
	}
	every := (len(c.Axis.Categories) + 6) / 7
	for k, label := range c.Axis.Categories {
		if k%every == 0 {
			fmt.Fprintf(&svg, `<text x="%.1f" y="%.1f" text-anchor="middle">%s</text>`, at[label], chartTop+plotHeight+17, clean(label))
		}
	}
	for k, s := range c.Series {
		var path strings.Builder
		for n, p := range s.Data {
			fmt.Fprintf(&path, "%s%.1f %.1f", map[bool]string{true: "M", false: "L"}[n == 0], at[p.Label], height(p.Value))
		}
		fmt.Fprintf(&svg, `<path class="series s%d" d="%s"/>`, k%3, path.String())
		if k == 0 && len(s.Data) > 0 {
			last := s.Data[len(s.Data)-1]
			fmt.Fprintf(&svg, `<circle class="d0" cx="%.1f" cy="%.1f" r="4"/>`, at[last.Label], height(last.Value))
		}
	}
	x := float64(chartLeft)
	for k, s := range c.Series {
		y := chartHeight - 8.0
		fmt.Fprintf(&svg, `<rect class="d%d" x="%.1f" y="%.1f" width="10" height="10" rx="2"/><text x="%.1f" y="%.1f">%s</text>`, k%3, x, y-9, x+15, y, clean(s.Name))
		x += 36 + 6.2*float64(len(s.Name))
	}
	svg.WriteString("</svg>")
	return template.HTML(svg.String()) //nolint:gosec // labels are escaped
}

// stepOf returns a round step of the axis, of which up to five reach the top.
func stepOf(top float64) float64 {
	if top <= 0 {
		return 1
	}
	size := math.Pow(10, math.Floor(math.Log10(top/5)))
	for _, m := range []float64{1, 2, 5} {
		if 5*m*size >= top {
			return m * size
		}
	}
	return 10 * size
}
