package slack_test

import (
	"log/slog"
	"strings"
	"testing"
	"time"

	"github.com/driftd/driftd/alerts"
	"github.com/driftd/driftd/alerts/slack"
	"github.com/driftd/driftd/alerts/slack/slackfake"
)

func TestWebhookTellsEveryTransitionAnew(t *testing.T) {
	people := slackfake.New("xoxb-test")
	t.Cleanup(people.Close)
	w := slack.NewWebhook(slack.Config{WebhookURL: people.Webhook("#churn")}, slog.New(slog.DiscardHandler))
	i := incident()
	tell := func(n int, text string) {
		t.Helper()
		at, err := w.Notify(t.Context(), i)
		if err != nil || at != (alerts.Receipt{}) {
			t.Fatalf("%+v, %v", at, err)
		}
		i.ThreadTo = len(i.Timeline)
		got := people.Messages("#churn")
		if len(got) != n || !strings.Contains(strings.Join(got[n-1].Notes, "\n"), text) {
			t.Fatalf("%d messages, the last %+v; want %d and %q", len(got), got[len(got)-1], n, text)
		}
	}
	people.RefuseCharts()
	for k := range 3 {
		i.Chart = append(i.Chart, alerts.Point{At: i.Opened.AddDate(0, 0, k), Value: 0.3})
	}
	tell(1, "crossed the page budget")
	i.Facts[0].Text = "worse by 0.02" // no transition
	tell(1, "crossed the page budget")
	i.State = alerts.Resolved
	i.Timeline = append(i.Timeline, alerts.Entry{At: i.Opened.Add(time.Hour), Text: "recovered <!channel>"})
	tell(2, "recovered &lt;!channel&gt;")
	if m := people.Messages("#churn")[1]; len(m.Thread)+len(m.Buttons)+m.Edits > 0 || !m.Webhook {
		t.Errorf("%+v: a webhook has neither thread nor buttons nor edits", m)
	}
}

func TestWebhookWaitsAndSaysWhatIsWrongWithoutItsAddress(t *testing.T) {
	people := slackfake.New("xoxb-test")
	t.Cleanup(people.Close)
	people.Limit()
	w := slack.NewWebhook(slack.Config{WebhookURL: people.Webhook("#churn")}, slog.New(slog.DiscardHandler))
	for range 2 {
		if _, err := w.Notify(t.Context(), incident()); err != nil {
			t.Fatal(err)
		}
	}
	if got := len(people.Messages("#churn")); got != 2 {
		t.Errorf("%d messages, want 2", got)
	}
	for url, want := range map[string]string{people.Webhook("#churn") + "x": "no_service", "http://127.0.0.1:1/services/SECRET": "refused"} {
		_, err := slack.NewWebhook(slack.Config{WebhookURL: url}, slog.New(slog.DiscardHandler)).Notify(t.Context(), incident())
		if err == nil || !strings.Contains(err.Error(), want) || strings.Contains(err.Error(), "/services/") {
			t.Errorf("%v: want %s and no address", err, want)
		}
	}
}
