package receivers

import (
	"context"
	"time"

	"github.com/driftd/driftd/alerts"
	"github.com/driftd/driftd/internal/model"
)

// classTest is that of incidents that are no incidents.
const classTest alerts.Class = "test"

// Try opens an incident at the receiver that says that it is a test, as grave as
// what the receiver is told of, and ends it. Every time is another incident.
func Try(ctx context.Context, c Config, at time.Time) error {
	r, err := New(c, nil)
	if err != nil {
		return err
	}
	i := alerts.Incident{
		ID: "driftd alerts test@" + at.UTC().Format(time.RFC3339Nano), Class: classTest, Ref: model.Ref{Name: "driftd", Version: "test"},
		State: alerts.Open, Status: c.least(), Opened: at, Updated: at, Generation: 1, Headline: "Test of driftd: nothing is wrong",
	}
	i.Timeline = []alerts.Entry{{At: at, Text: "it was asked for with driftd alerts test", Reach: alerts.InChannel}}
	said, err := r.Deliver(ctx, i, alerts.Sent{})
	if err != nil {
		return err
	}
	before := alerts.Sent{Generation: i.Generation, Entries: len(i.Timeline), Said: said}
	i.State, i.Closed, i.Generation = alerts.Resolved, at, i.Generation+1
	i.Timeline = append(i.Timeline, alerts.Entry{At: at, Text: "the test is over"})
	_, err = r.Deliver(ctx, i, before)
	return err
}
