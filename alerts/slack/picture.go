package slack

import (
	"bytes"
	"image/color"
	"math"

	"gonum.org/v1/plot"
	"gonum.org/v1/plot/font"
	"gonum.org/v1/plot/plotter"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"

	"github.com/driftd/driftd/alerts"
)

// The picture, in points: at 96 dots an inch 900 by 320 pixels.
const (
	pictureWidth  vg.Length = 675
	pictureHeight vg.Length = 240
)

var (
	evidenceColour = color.RGBA{R: 0x12, G: 0x64, B: 0xa3, A: 0xff}
	demotionColour = color.RGBA{R: 0xcd, G: 0x25, B: 0x53, A: 0xff}
	pageColour     = color.RGBA{R: 0x14, G: 0x85, B: 0x67, A: 0xff}
)

// picture draws the incident's course as a PNG, for a workspace that does not know
// charts: the same lines.
func picture(i alerts.Incident) ([]byte, error) {
	p := plot.New()
	p.X.Tick.Marker = plot.TimeTicks{Format: "2 Jan"}
	p.Y.Label.Text = "percent of the way"
	p.Y.Min = 0
	p.Legend.Top, p.Legend.Left = true, true
	for _, f := range []*font.Font{&p.X.Tick.Label.Font, &p.Y.Tick.Label.Font, &p.Y.Label.TextStyle.Font, &p.Legend.TextStyle.Font} {
		f.Variant, f.Size = "Sans", vg.Points(11)
	}
	p.Add(plotter.NewGrid())

	way := make(plotter.XYs, len(i.Chart))
	for k, at := range i.Chart {
		way[k].X, way[k].Y = float64(at.At.Unix()), math.Round(100*at.Value)
	}
	evidence, points, err := plotter.NewLinePoints(way)
	if err != nil {
		return nil, err
	}
	evidence.Color, evidence.Width, points.Color = evidenceColour, vg.Points(2), evidenceColour
	points.Shape, points.Radius = draw.CircleGlyph{}, vg.Points(2.5)
	p.Add(evidence, points)
	p.Legend.Add("evidence", evidence)
	name, paging := thresholds(i)
	level(p, name, 100, demotionColour, way)
	if paging > 0 {
		level(p, "page", paging, pageColour, way)
	}
	p.Y.Max = 1.35 * math.Max(p.Y.Max, 100) // the legend stands above the lines

	canvas, err := p.WriterTo(pictureWidth, pictureHeight, "png")
	if err != nil {
		return nil, err
	}
	var out bytes.Buffer
	_, err = canvas.WriteTo(&out)
	return out.Bytes(), err
}

// level draws a threshold.
func level(p *plot.Plot, name string, at float64, c color.Color, along plotter.XYs) {
	line := &plotter.Line{XYs: plotter.XYs{{X: along[0].X, Y: at}, {X: along[len(along)-1].X, Y: at}}, LineStyle: plotter.DefaultLineStyle}
	line.Color, line.Width, line.Dashes = c, vg.Points(1.5), []vg.Length{vg.Points(6), vg.Points(4)}
	p.Add(line)
	p.Legend.Add(name, line)
}
