package slack

import (
	"math"
	"time"

	"github.com/slack-go/slack"

	"github.com/driftd/driftd/alerts"
)

// charted reports whether the incident has a course to show.
func charted(i alerts.Incident) bool { return len(i.Chart) > 2 }

// figure is the chart, nil where there is no course to show.
func figure(i alerts.Incident) slack.Block {
	if !charted(i) {
		return nil
	}
	return chart(i)
}

// thresholds names what 100 percent are the way to, and says at how many of them a
// page lies, 0 when it is not on the way.
func thresholds(i alerts.Incident) (name string, page float64) {
	if len(i.Evidence) > 0 && i.Evidence[0].Demote > i.Evidence[0].Page {
		return "demotion", math.Round(100 * i.Evidence[0].Page / i.Evidence[0].Demote)
	}
	return "alarm", 0
}

// chart shows how far the leading detector had come block by block, in percent
// of the way to its alarm, beside the alarm itself. Slack takes 20 points with
// distinct labels of 20 characters.
func chart(i alerts.Incident) slack.Block {
	var labels []string
	var way, page, alarm []slack.DataVisualizationDataPoint
	name, paging := thresholds(i)
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
		page = append(page, slack.NewDataVisualizationDataPoint(label, paging))
		alarm = append(alarm, slack.NewDataVisualizationDataPoint(label, 100))
	}
	series := []slack.DataVisualizationDataSeries{slack.NewDataVisualizationDataSeries("evidence", way...), slack.NewDataVisualizationDataSeries(name, alarm...)}
	if paging > 0 {
		series = append(series, slack.NewDataVisualizationDataSeries("page", page...))
	}
	axes := slack.NewDataVisualizationAxisConfig(labels...).WithYLabel("percent")
	return slack.NewDataVisualizationBlock("Evidence, percent of the way", slack.NewDataVisualizationLineChart(axes, series...))
}
