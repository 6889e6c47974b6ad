package slack_test

import (
	"context"
	"fmt"
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
	if m.Edits != 1 || !strings.Contains(m.Text, "was demoted") || len(m.Thread) != 2 || !strings.Contains(strings.Join(m.Notes, " "), "@oncall") {
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

func TestOnlyNewsIsLoud(t *testing.T) {
	n, people := setup(t)
	i := incident()
	at, err := n.Notify(t.Context(), i)
	if err != nil {
		t.Fatal(err)
	}
	later := i.Opened.Add(time.Hour)
	i.Message, i.ThreadTo = at, 1
	i.Timeline = append(i.Timeline,
		alerts.Entry{At: later, Text: "one", Reach: alerts.InThread}, alerts.Entry{At: later, Text: "two", Reach: alerts.InChannel}, alerts.Entry{At: later, Text: "three", Reach: alerts.ToOwner})
	if _, err := n.Notify(t.Context(), i); err != nil {
		t.Fatal(err)
	}
	thread := people.Messages("#churn")[0].Thread
	if len(thread) != 4 {
		t.Fatalf("thread %+v, want 4 lines", thread)
	}
	// The first was said by the message itself, the third is outdone by the last.
	for k, want := range []struct{ broadcast, mentions bool }{{false, false}, {false, false}, {false, false}, {true, true}} {
		if got := thread[k]; got.Broadcast != want.broadcast || strings.Contains(got.Text, "@oncall") != want.mentions {
			t.Errorf("line %d %+v, want broadcast %t and the owner asked %t", k, got, want.broadcast, want.mentions)
		}
	}
}

// A delivery is cut off at every call, before and after it took effect: one
// message and every line once.
func TestCutOffDeliveryIsCompletedNotRepeated(t *testing.T) {
	for calls := range 4 {
		for name, fault := range map[string]slackfake.Fault{"lost": slackfake.Lost, "down": slackfake.Down} {
			for _, restarted := range []bool{false, true} {
				n, people := setup(t)
				i := incident()
				for _, text := range []string{"second", "third"} {
					i.Timeline = append(i.Timeline, alerts.Entry{At: i.Opened, Text: text})
				}
				people.Fail(make([]slackfake.Fault, calls)...)
				people.Fail(fault)
				at, err := n.Notify(t.Context(), i)
				if err == nil {
					t.Fatalf("%s at call %d went unnoticed", name, calls+1)
				}
				if restarted { // the receipt was not stored either
					n = slack.New(slack.Config{Token: "xoxb-test", APIURL: people.URL()}, slog.New(slog.DiscardHandler))
				} else {
					i.Message = at
				}
				i.Attempts++
				if _, err := n.Notify(t.Context(), i); err != nil {
					t.Fatal(err)
				}
				if got := people.Messages("#churn"); len(got) != 1 || len(got[0].Thread) != 3 {
					t.Errorf("%s at call %d, restarted %t: %d messages, thread %+v; want one with three lines", name, calls+1, restarted, len(got), got[0].Thread)
				}
			}
		}
	}
}

func TestFirstAttemptDoesNotLook(t *testing.T) {
	n, people := setup(t)
	if _, err := n.Notify(t.Context(), incident()); err != nil {
		t.Fatal(err)
	}
	if got := people.Calls("conversations.history") + people.Calls("conversations.list"); got != 0 {
		t.Errorf("%d calls to look for a message that cannot be there", got)
	}
}

func TestMessageIsFoundBehindOthers(t *testing.T) {
	n, people := setup(t)
	i := incident()
	people.Fail(slackfake.Lost)
	_, _ = n.Notify(t.Context(), i)
	for k := range 450 { // pages hold 200
		other := incident()
		other.ID, other.Timeline = fmt.Sprint("other ", k), nil
		if _, err := n.Notify(t.Context(), other); err != nil {
			t.Fatal(err)
		}
	}
	i.Attempts++
	if _, err := n.Notify(t.Context(), i); err != nil {
		t.Fatal(err)
	}
	if got := len(people.Messages("#churn")); got != 451 {
		t.Errorf("%d messages, want 451", got)
	}
}

// Told twice is better than not at all.
func TestWithoutTheRightToLookItIsToldAgain(t *testing.T) {
	for _, scope := range []string{"channels:history", "channels:read"} {
		n, people := setup(t)
		people.Forbid(scope)
		i := incident()
		people.Fail(slackfake.Lost)
		_, _ = n.Notify(t.Context(), i)
		i.Attempts++
		if _, err := n.Notify(t.Context(), i); err != nil {
			t.Errorf("without %s: %v", scope, err)
		}
		if got := len(people.Messages("#churn")); got != 2 {
			t.Errorf("without %s: %d messages, want the second one", scope, got)
		}
	}
}

func TestDeletedMessageIsSaidAnew(t *testing.T) {
	n, people := setup(t)
	i := incident()
	at, err := n.Notify(t.Context(), i)
	if err != nil {
		t.Fatal(err)
	}
	people.Delete("#churn", at.ID)
	i.Message, i.ThreadTo = at, 1
	again, err := n.Notify(t.Context(), i)
	if err != nil || again.ID == at.ID {
		t.Fatalf("receipt %+v, error %v, want a new message", again, err)
	}
	if got := people.Messages("#churn"); len(got) != 1 || len(got[0].Thread) != 1 {
		t.Errorf("messages %+v, want one with its thread", got)
	}
}

func TestWorkspaceWithoutChartsGetsTheRest(t *testing.T) {
	n, people := setup(t)
	people.RefuseCharts()
	i := incident()
	for k := range 3 {
		i.Chart = append(i.Chart, alerts.Point{At: i.Opened.AddDate(0, 0, k), Value: 0.3})
	}
	if _, err := n.Notify(t.Context(), i); err != nil {
		t.Fatal(err)
	}
	if got := people.Messages("#churn"); len(got) != 1 || got[0].Chart != nil || len(got[0].Fields) == 0 {
		t.Errorf("messages %+v, want one without a chart", got)
	}
}

func TestSlackThatHangsIsGivenUp(t *testing.T) {
	n, people := setup(t)
	people.Fail(slackfake.Hang)
	ctx, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
	defer cancel()
	if _, err := n.Notify(ctx, incident()); err == nil {
		t.Error("no error though nothing was answered")
	}
}

func TestUnknownChannelIsNamed(t *testing.T) {
	people := slackfake.New("xoxb-test", "#other")
	t.Cleanup(people.Close)
	n := slack.New(slack.Config{Token: "xoxb-test", APIURL: people.URL()}, slog.New(slog.DiscardHandler))
	if err := n.Check(t.Context()); err != nil {
		t.Error(err)
	}
	if _, err := n.Notify(t.Context(), incident()); err == nil || err.Error() != "post to #churn: channel_not_found" {
		t.Errorf("error %v, want it to name the channel", err)
	}
}

func TestPaceOfOneMessageASecondIsKept(t *testing.T) {
	n, people := setup(t)
	people.Limit()
	began := time.Now()
	if _, err := n.Notify(t.Context(), incident()); err != nil { // a message and a line
		t.Fatal(err)
	}
	if took := time.Since(began); took < time.Second || len(people.Messages("#churn")[0].Thread) != 1 {
		t.Errorf("two messages within %s, one a second is allowed", took)
	}
}
