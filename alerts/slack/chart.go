package slack

import (
	"math"
	"time"

	"github.com/slack-go/slack"

	"github.com/driftd/driftd/alerts"
)

// charted reports whether the incident has a course to show.
func charted(i alerts.Incident) bool { return len(i.Chart) > 1 }

// chart shows how far the leading detector had come block by block, in percent
// of the way to its alarm, beside the alarm itself. Slack takes 20 points with
// distinct labels of 20 characters.
func chart(i alerts.Incident) slack.Block {
	var labels []string
	var way, alarm []slack.DataVisualizationDataPoint
	used := map[string]bool{}
	for _, p := range i.Chart[max(0, len(i.Chart)-20):] {
		at := p.At.UTC()
		label := at.Format("2 Jan")
		if !at.Equal(at.Truncate(24*time.Hour)) || used[label] {
			label = at.Format("2 Jan 2006 15:04")
		}
		if used[label] {
			continue
		}
		used[label] = true
		labels = append(labels, label)
		way = append(way, slack.NewDataVisualizationDataPoint(label, math.Round(100*p.Value)))
		alarm = append(alarm, slack.NewDataVisualizationDataPoint(label, 100))
	}
	axes := slack.NewDataVisualizationAxisConfig(labels...).WithYLabel("percent")
	return slack.NewDataVisualizationBlock("Evidence on its way to the alarm",
		slack.NewDataVisualizationLineChart(axes,
			slack.NewDataVisualizationDataSeries("evidence", way...),
			slack.NewDataVisualizationDataSeries("alarm", alarm...)))
}
