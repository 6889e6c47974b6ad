package alerts_test

import (
	"context"
	"errors"
	"testing"
	"time"

	"github.com/driftd/driftd/alerts"
	"github.com/driftd/driftd/evaluate"
)

// pager is a receiver that may be down.
type pager struct {
	down bool
	got  []int // generations
}

func (p *pager) Deliver(_ context.Context, i alerts.Incident, before alerts.Sent) (bool, error) {
	if p.down {
		return before.Said, errors.New("connection refused")
	}
	p.got = append(p.got, i.Generation)
	return true, nil
}

// A receiver that is down hides nothing from the others, is asked again at every
// tick, and gets the newest state alone.
func TestReceiversAreToldEachForItself(t *testing.T) {
	w := newWorld(t)
	well, ill := &pager{}, &pager{down: true}
	w.receivers = map[string]alerts.Receiver{"well": well, "ill": ill}
	p, v, _ := warned([]evaluate.Evidence{{Kind: evaluate.Absolute, Check: "auc", Limit: 0.7, LogM: 9, Peak: 9, Page: 8.4, Level: evaluate.Paged, Since: tick, Blocks: 9, Rows: 9000}})
	p.Receivers = []string{"ill", "well"}
	serving := w.serving()
	serving.Ref = v.Ref
	if _, err := w.run(p, tick, serving, v); err == nil {
		t.Error("that a receiver is down was not told")
	}
	i := w.incident(v.Ref.Version, alerts.ClassPerformance)
	if len(well.got) != 1 || len(ill.got) != 0 || !i.Pending() || i.Told != i.Generation {
		t.Fatalf("well %v, ill %v, pending %t, told %d of %d", well.got, ill.got, i.Pending(), i.Told, i.Generation)
	}
	next := v
	next.Evidence = append([]evaluate.Evidence(nil), v.Evidence...)
	next.Evidence[0].LogM, next.Evidence[0].Peak = 12, 12
	if _, err := w.run(p, tick.Add(time.Hour), serving, next); err == nil {
		t.Error("that it is still down was not told")
	}
	ill.down = false
	if _, err := w.run(p, tick.Add(2*time.Hour), serving, next); err != nil {
		t.Fatal(err)
	}
	i = w.incident(v.Ref.Version, alerts.ClassPerformance)
	if len(ill.got) != 1 || ill.got[0] != i.Generation || i.Pending() || well.got[len(well.got)-1] != i.Generation {
		t.Errorf("well %v, ill %v, generation %d, pending %t", well.got, ill.got, i.Generation, i.Pending())
	}
	w.orders = []alerts.Order{{ID: "a", Model: "churn", Kind: alerts.OrderAcknowledge, By: "alice", At: tick.Add(150 * time.Minute), Incident: i.ID}}
	if _, err := w.run(p, tick.Add(3*time.Hour), serving, next); err != nil {
		t.Fatal(err)
	}
	if got := w.incident(v.Ref.Version, alerts.ClassPerformance); got.Generation == i.Generation || got.Pending() || !got.Sent["ill"].Acknowledged {
		t.Errorf("after an acknowledgement %+v, generation %d", got.Sent, got.Generation)
	}
}

// Who looks after an incident calms a receiver once, unless there is news that they
// did not know.
func TestAnAcknowledgementCalms(t *testing.T) {
	at := tick.Add(time.Minute)
	open := alerts.Incident{State: alerts.Open, Opened: tick, Timeline: []alerts.Entry{{At: tick, Reach: alerts.ToOwner}, {At: at.Add(time.Hour), Reach: alerts.InThread}}}
	taken, loud := open, open
	taken.Responses = []alerts.Response{{Kind: alerts.OrderAcknowledge, At: at}}
	loud.Responses = taken.Responses
	loud.Timeline = append(open.Timeline[:2:2], alerts.Entry{At: at.Add(time.Hour), Reach: alerts.InChannel})
	over, anew := taken, taken
	over.State, anew.Reopened = alerts.Resolved, at.Add(time.Hour)
	for _, test := range []struct {
		name string
		sent alerts.Sent
		i    alerts.Incident
		want bool
	}{
		{"nobody does", alerts.Sent{Said: true}, open, false},
		{"somebody does", alerts.Sent{Said: true}, taken, true},
		{"as it was told", alerts.Sent{Said: true, Acknowledged: true}, taken, false},
		{"before they knew of the news", alerts.Sent{Said: true}, loud, false},
		{"it is over", alerts.Sent{Said: true}, over, false},
		{"it opened anew", alerts.Sent{Said: true}, anew, false},
	} {
		if got := test.sent.Calms(test.i); got != test.want {
			t.Errorf("%s: %t, want %t", test.name, got, test.want)
		}
	}
}

func TestNewsIsWhatPeopleShouldHear(t *testing.T) {
	open := alerts.Incident{State: alerts.Open, Timeline: []alerts.Entry{{Reach: alerts.ToOwner}, {Reach: alerts.InThread}}}
	closed := open
	closed.State = alerts.Resolved
	loud := open
	loud.Timeline = append(open.Timeline[:2:2], alerts.Entry{Reach: alerts.InChannel})
	for _, test := range []struct {
		name string
		sent alerts.Sent
		i    alerts.Incident
		want bool
	}{
		{"the first", alerts.Sent{}, open, true},
		{"over before anybody heard", alerts.Sent{}, closed, false},
		{"only the thread went on", alerts.Sent{Said: true, Entries: 1}, open, false},
		{"the channel was told more", alerts.Sent{Said: true, Entries: 2}, loud, true},
		{"the end", alerts.Sent{Said: true, Entries: 2}, closed, true},
	} {
		if got := test.sent.News(test.i); got != test.want {
			t.Errorf("%s: %t, want %t", test.name, got, test.want)
		}
	}
}
