package app

import (
	"context"
	"log/slog"
	"slices"
	"sync"
	"time"

	"github.com/driftd/driftd/alerts/receivers"
	"github.com/driftd/driftd/alerts/slack"
	"github.com/driftd/driftd/internal/config"
)

// TestAlerts sends a test message to each of the channels and tries all that telling
// people there needs; beside that it opens and ends a test incident at each of the receivers, by their names.
func TestAlerts(ctx context.Context, c config.Config, channels []string, others []string, log *slog.Logger) ([]Neighbour, error) {
	ctx, cancel := context.WithTimeout(ctx, askLimit)
	defer cancel()
	tried := slices.DeleteFunc(slices.Clone(c.Receivers), func(r receivers.Config) bool { return !slices.Contains(others, r.Name) })
	answers := make([]Neighbour, len(tried))
	var asking sync.WaitGroup
	for k, r := range tried {
		asking.Go(func() {
			answers[k] = Neighbour{Name: r.Kind(), At: r.Name, Says: "a test incident was opened and ended there", Err: receivers.Try(ctx, r, time.Now())}
		})
	}
	defer asking.Wait()
	var all []Neighbour
	if len(channels) > 0 {
		s, err := slackConfig(c)
		if err != nil {
			return nil, err
		}
		for _, channel := range channels {
			for _, f := range slack.Probe(ctx, s, channel, log) {
				all = append(all, Neighbour{Name: f.What, At: channel, Says: f.Says, Err: f.Err})
			}
		}
	}
	asking.Wait()
	return append(all, answers...), nil
}
