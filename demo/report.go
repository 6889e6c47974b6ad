package demo

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"strconv"

	"github.com/driftd/driftd/alerts/slack/slackfake"
	"github.com/driftd/driftd/internal/terminal"
)

// report prints what came of it: a line per version, and what people read.
func report(screen *terminal.Screen, s Summary, people *slackfake.Server) {
	screen.Printf("\n%d events sent in %.0f s: %d predictions, %d outcomes, %d rejects stored. Nothing lost, nothing twice.\n",
		s.EventsSent, s.Seconds, s.PredictionsStored, s.OutcomesStored, s.Rejects)
	var rows [][]string
	for _, v := range s.Versions {
		rows = append(rows, []string{
			v.Version, v.Health, fmt.Sprintf("%.2f", v.PSIMax), v.PSIFeature,
			fmt.Sprintf("%.3f", v.Accuracy), fmt.Sprintf("%.3f", v.AUC), strconv.Itoa(v.Labels),
		})
	}
	screen.Table([]string{"version", "health", "psi max", "feature", "accuracy", "auc", "labels"}, rows)
	screen.Printf("\nWhat the people in %s read:\n", channel)
	for _, m := range people.Messages(channel) {
		screen.Printf("%s", slackfake.Render(m))
	}
}

// channel is where people are told.
const channel = "#flight-delays"

// keepMessages writes what people read as a page, as Slack would show it.
func keepMessages(dir string, people *slackfake.Server) error {
	var page bytes.Buffer
	if err := slackfake.RenderHTML(&page, slackfake.Page{Channel: channel, Messages: people.Messages(channel)}); err != nil {
		return err
	}
	return os.WriteFile(filepath.Join(dir, "slack.html"), page.Bytes(), 0o600)
}
