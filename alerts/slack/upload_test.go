package slack_test

import (
	"bytes"
	"image/png"
	"log/slog"
	"testing"

	"github.com/driftd/driftd/alerts"
	"github.com/driftd/driftd/alerts/slack"
	"github.com/driftd/driftd/alerts/slack/slackfake"
)

// Where Slack knows no charts, and may be given files, a picture stands in for one.
func TestChartIsUploadedWhereThereAreNone(t *testing.T) {
	for _, c := range []struct {
		name    string
		prepare func(*slackfake.Server)
		allowed bool
		want    int  // uploads of two deliveries, the second of which has a point more
		native  bool // the chart itself
	}{
		{"charts are known", func(*slackfake.Server) {}, true, 0, true},
		{"not allowed", func(s *slackfake.Server) { s.RefuseCharts() }, false, 0, false},
		{"allowed", func(s *slackfake.Server) { s.RefuseCharts() }, true, 2, false},
		{"the token may not", func(s *slackfake.Server) { s.RefuseCharts(); s.Forbid("files:write") }, true, 0, false},
	} {
		t.Run(c.name, func(t *testing.T) {
			people := slackfake.New("xoxb-test")
			t.Cleanup(people.Close)
			c.prepare(people)
			n := slack.New(slack.Config{Token: "xoxb-test", APIURL: people.URL(), Files: c.allowed}, slog.New(slog.DiscardHandler))
			i := full(nil)
			deliver := func() slackfake.Message {
				t.Helper()
				at, err := n.Notify(t.Context(), i)
				if err != nil {
					t.Fatal(err)
				}
				i.Message, i.ThreadTo = at, len(i.Timeline)
				return people.Messages(i.Channel)[0]
			}
			deliver()
			i.Headline = "same chart"
			deliver() // uploads nothing
			i.Chart = append(i.Chart, alerts.Point{At: i.Opened, Value: 0.9})
			m := deliver()
			if got := people.Calls("files.completeUploadExternal"); got != c.want || (m.Chart != nil) != c.native || (m.Picture != nil) != (c.want > 0) {
				t.Errorf("%d uploads, chart %t, picture of %d bytes; want %d uploads, chart %t", got, m.Chart != nil, len(m.Picture), c.want, c.native)
			}
			if m.Picture == nil {
				return
			}
			shown, err := png.Decode(bytes.NewReader(m.Picture))
			if err != nil {
				t.Fatal(err)
			}
			if b := shown.Bounds(); b.Dx() != 900 || b.Dy() != 320 {
				t.Errorf("picture of %d by %d pixels, want 900 by 320", b.Dx(), b.Dy())
			}
		})
	}
}
