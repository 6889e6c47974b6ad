package alerts_test

import (
	"strings"
	"testing"
	"time"

	"github.com/driftd/driftd/alerts"
)

func TestResponsesStandInTheMessageAtOnce(t *testing.T) {
	w := newWorld(t)
	p, _, _ := worse()
	p.Interval, p.Repeat = time.Hour, 2*time.Hour
	opened := "🟡 1 input of churn@2 moved away from the reference: tenure "
	w.play(p, []step{{0, "opens", []string{"tenure"}, []string{opened + "·"}}})
	id := w.incident("2", alerts.ClassDrift).ID
	w.orders = []alerts.Order{
		{ID: "a", Model: "churn", Kind: alerts.OrderAcknowledge, By: "alice", At: tick.Add(time.Minute), Incident: id, Why: "a campaign"},
		{ID: "h", Model: "churn", Kind: alerts.OrderHold, By: "bob", At: tick.Add(2 * time.Minute), Until: tick.Add(24 * time.Hour), Incident: id, Why: "by a button"},
		{ID: "o", Model: "churn", Kind: alerts.OrderAcknowledge, By: "carol", At: tick.Add(2 * time.Minute), Incident: "another"},
	}
	w.play(p, []step{
		{5, "though an edit would wait for an hour", []string{"tenure"}, []string{opened + "···"}},
		{180, "acknowledged: nothing is repeated", []string{"tenure"}, []string{opened + "···"}},
	})
	m := w.people.Messages(channel)[0]
	want := "acknowledged by alice at 2026-09-17 00:11 UTC: a campaign; held until 2026-09-18 00:10 UTC by bob at 2026-09-17 00:12 UTC"
	if said := strings.Join(m.Notes, "\n"); !strings.Contains(said, want) {
		t.Errorf("message says %q, want %q", said, want)
	}
	if got := w.incident("2", alerts.ClassDrift); len(got.Responses) != 2 || !got.Acknowledged() {
		t.Errorf("responses %+v", got.Responses)
	}
}

func TestWithoutAnAcknowledgementItIsRepeated(t *testing.T) {
	w := newWorld(t)
	p, _, _ := worse()
	p.Repeat = 2 * time.Hour
	opened := "🟡 1 input of churn@2 moved away from the reference: tenure "
	w.play(p, []step{
		{0, "opens", []string{"tenure"}, []string{opened + "·"}},
		{180, "still open", []string{"tenure"}, []string{opened + "··"}},
	})
}

// The message says who approved, whoever does by which way.
func TestAnApprovalStandsInTheMessage(t *testing.T) {
	for _, incident := range []string{"", "by a button"} {
		w := newWorld(t)
		p, v, _ := worse()
		p.Mode, p.Approval = alerts.Approve, time.Hour
		w.asked(p, v, 1, nil)
		o := alerts.Order{ID: "order", Model: "churn", Kind: alerts.OrderApprove, Proposal: "newest", By: "alice"}
		if incident != "" {
			o.Incident = w.incident("2", alerts.ClassPerformance).ID
		}
		w.asked(p, v, 2, map[int]alerts.Order{1: o})
		m := w.people.Messages(channel)[0]
		if said := strings.Join(m.Notes, "\n"); !strings.Contains(said, "approved by alice at 2026-09-17 00:24 UTC") || len(w.moves) != 1 {
			t.Errorf("%q: moves %v, message says %q", incident, w.moves, said)
		}
	}
}
