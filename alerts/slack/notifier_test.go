package slack_test

import (
	"log/slog"
	"strings"
	"testing"
	"time"

	"github.com/driftd/driftd/alerts"
	"github.com/driftd/driftd/alerts/slack"
	"github.com/driftd/driftd/alerts/slack/slackfake"
	"github.com/driftd/driftd/evaluate"
	"github.com/driftd/driftd/internal/model"
)

func incident() alerts.Incident {
	at := time.Date(2026, 11, 23, 3, 0, 0, 0, time.UTC)
	return alerts.Incident{
		ID: "churn|3|performance|2026-11-23", Ref: model.Ref{Name: "churn", Version: "3"}, Slot: "alias champion",
		Mode: alerts.Auto, Channel: "#churn", Owner: "@oncall", State: alerts.Open, Status: evaluate.Critical, Opened: at,
		Headline: "churn@3 does worse than 2", Facts: []alerts.Fact{{Name: "brier", Text: "worse by 0.01"}},
		Timeline:   []alerts.Entry{{At: at, Text: "crossed the page budget", Reach: alerts.ToOwner}},
		Generation: 1, Attempts: 1,
	}
}

func setup(t *testing.T) (*slack.Notifier, *slackfake.Server) {
	t.Helper()
	people := slackfake.New("xoxb-test")
	t.Cleanup(people.Close)
	return slack.New(slack.Config{Token: "xoxb-test", APIURL: people.URL()}, slog.New(slog.DiscardHandler)), people
}

func TestIncidentIsOneMessageEditedInPlace(t *testing.T) {
	n, people := setup(t)
	i := incident()
	at, err := n.Notify(t.Context(), i)
	if err != nil {
		t.Fatal(err)
	}
	i.Message, i.ThreadTo, i.Headline = at, 1, "churn@3 was demoted"
	i.Timeline = append(i.Timeline, alerts.Entry{At: i.Opened, Text: "moved alias champion"})
	if _, err := n.Notify(t.Context(), i); err != nil {
		t.Fatal(err)
	}
	got := people.Messages("#churn")
	if len(got) != 1 {
		t.Fatalf("%d messages, want one", len(got))
	}
	m := got[0]
	if m.Edits != 1 || !strings.Contains(m.Header, "was demoted") || len(m.Thread) != 2 || !strings.Contains(strings.Join(m.Notes, " "), "@oncall") {
		t.Errorf("message %+v", m)
	}
}

func TestLostAnswerMakesNoSecondMessage(t *testing.T) {
	n, people := setup(t)
	i := incident()
	people.Fail(slackfake.Lost)
	if _, err := n.Notify(t.Context(), i); err == nil {
		t.Fatal("a lost answer went unnoticed")
	}
	i.Attempts++ // as the journal counts it
	if _, err := n.Notify(t.Context(), i); err != nil {
		t.Fatal(err)
	}
	if got := people.Messages("#churn"); len(got) != 1 || len(got[0].Thread) != 1 {
		t.Errorf("messages %+v, want one with its thread", got)
	}
}

func TestRateLimitIsWaitedFor(t *testing.T) {
	n, people := setup(t)
	people.Fail(slackfake.Busy)
	began := time.Now()
	if _, err := n.Notify(t.Context(), incident()); err != nil {
		t.Fatal(err)
	}
	// The fake asks for one second.
	if took := time.Since(began); took < time.Second {
		t.Errorf("sent again after %s, Slack asked for 1 s", took)
	}
}

func TestDataCannotMentionOrFormat(t *testing.T) {
	n, people := setup(t)
	i := incident()
	i.Headline = "<!channel> " + strings.Repeat("é", 400)
	i.Facts = []alerts.Fact{{Name: "<@U1>", Text: "`x` & <!here>"}}
	i.Timeline = []alerts.Entry{{At: i.Opened, Text: "<!everyone>"}}
	if _, err := n.Notify(t.Context(), i); err != nil {
		t.Fatal(err)
	}
	m := people.Messages("#churn")[0]
	texts := append(m.Fields, m.Text)
	for _, reply := range m.Thread {
		texts = append(texts, reply.Text)
	}
	for _, text := range texts {
		if strings.ContainsAny(text, "<>`") {
			t.Errorf("%q is not plain text", text)
		}
	}
}

func TestRefusalNamesItsReason(t *testing.T) {
	_, people := setup(t)
	n := slack.New(slack.Config{Token: "wrong", APIURL: people.URL()}, slog.New(slog.DiscardHandler))
	if _, err := n.Notify(t.Context(), incident()); err == nil || !strings.Contains(err.Error(), "invalid_auth") {
		t.Errorf("error %v, want it to say invalid_auth", err)
	}
}
