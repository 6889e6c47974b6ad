package receivers

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"
	"unicode/utf8"

	"github.com/driftd/driftd/alerts"
	"github.com/driftd/driftd/evaluate"
)

const routingKey = "0123456789abcdef0123456789abcdef"

// pagerDutyFake keeps to the documented rules of the Events API v2: which fields an
// event must have and how long they may be, 202 for what was taken, 400 with a list
// of errors, 429 when there was too much; what is resolved opens anew only by a
// trigger, and what is acknowledged stays so; an acknowledgement or a resolve without
// an incident changes nothing.
type pagerDutyFake struct {
	mu     sync.Mutex
	busy   int // so many requests are answered with 429
	open   map[string]eventPayload
	calm   map[string]bool // those of the open that are acknowledged
	events int
}

func (p *pagerDutyFake) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.busy--; p.busy >= 0 {
		w.Header().Set("Retry-After", "1")
		w.WriteHeader(http.StatusTooManyRequests)
		return
	}
	var e event
	decoder := json.NewDecoder(r.Body)
	decoder.DisallowUnknownFields()
	var wrong []string
	if err := decoder.Decode(&e); err != nil {
		wrong = append(wrong, err.Error())
	}
	if r.Method != http.MethodPost || r.Header.Get("Content-Type") != "application/json" {
		wrong = append(wrong, "want a POST of application/json")
	}
	if len(e.RoutingKey) != 32 {
		wrong = append(wrong, "'routing_key' is invalid")
	}
	if !slices.Contains([]string{"trigger", "acknowledge", "resolve"}, e.Action) {
		wrong = append(wrong, "'event_action' is invalid")
	}
	if e.DedupKey == "" && e.Action != "trigger" || utf8.RuneCountInString(e.DedupKey) > 255 {
		wrong = append(wrong, "'dedup_key' is invalid")
	}
	if e.Action == "trigger" {
		switch {
		case e.Payload == nil:
			wrong = append(wrong, "'payload' is missing or blank")
		case e.Payload.Summary == "" || utf8.RuneCountInString(e.Payload.Summary) > 1024:
			wrong = append(wrong, "'payload.summary' is missing, blank or too long")
		case e.Payload.Source == "":
			wrong = append(wrong, "'payload.source' is missing or blank")
		case !slices.Contains([]string{"critical", "error", "warning", "info"}, e.Payload.Severity):
			wrong = append(wrong, "'payload.severity' is invalid")
		}
	}
	if len(wrong) > 0 {
		w.WriteHeader(http.StatusBadRequest)
		_ = json.NewEncoder(w).Encode(map[string]any{"status": "invalid event", "message": "Event object is invalid", "errors": wrong})
		return
	}
	p.events++
	_, open := p.open[e.DedupKey]
	switch {
	case e.Action == "trigger":
		p.open[e.DedupKey] = *e.Payload
	case e.Action == "acknowledge" && open:
		p.calm[e.DedupKey] = true
	case e.Action == "resolve":
		delete(p.open, e.DedupKey)
		delete(p.calm, e.DedupKey)
	}
	w.WriteHeader(http.StatusAccepted)
	_, _ = fmt.Fprintf(w, `{"status": "success", "message": "Event processed", "dedup_key": %q}`, e.DedupKey)
}

func TestPagerDutyIsCalledForWhatIsCritical(t *testing.T) {
	fake := &pagerDutyFake{open: map[string]eventPayload{}, calm: map[string]bool{}}
	server := httptest.NewServer(fake)
	defer server.Close()
	r := open(t, Config{Name: "pager", PagerDuty: &PagerDuty{URL: server.URL, RoutingKeyFile: file(t, routingKey)}})
	var before alerts.Sent
	calm := 0
	step := func(what string, i alerts.Incident, events, open int) {
		t.Helper()
		said, err := r.Deliver(t.Context(), i, before)
		if err != nil {
			t.Fatalf("%s: %v", what, err)
		}
		before = sent(i, said)
		if fake.events != events || len(fake.open) != open || len(fake.calm) != calm {
			t.Fatalf("%s: %d events, %d open, %d acknowledged; want %d, %d, %d", what, fake.events, len(fake.open), len(fake.calm), events, open, calm)
		}
	}
	i := incident()
	step("a warning is none of its business", i, 0, 0)
	step("nor is its end", resolved(i), 0, 0)
	before = alerts.Sent{}
	i.Status, i.Generation, i.Headline = evaluate.Critical, 2, strings.Repeat("é", 2000)
	fake.busy = 1
	step("critical, and too much at once for a moment", i, 1, 1)
	step("the same again after a crash", i, 1, 1)
	i.Generation, i.Facts = 3, append(i.Facts, alerts.Fact{Name: "labels", Text: "900"})
	step("another figure is no news", i, 1, 1)
	i.Generation, i.Timeline = 4, append(i.Timeline, alerts.Entry{At: opened.Add(time.Minute), Text: "moved", Reach: alerts.ToOwner})
	step("an action is", i, 2, 1)
	if got := fake.open[i.ID]; got.Severity != "critical" || got.Source != "churn@7" || got.Details["labels"] != "900" || utf8.RuneCountInString(got.Summary) != 1024 {
		t.Errorf("the incident there is %+v", got)
	}
	i.Generation, i.Responses = 5, []alerts.Response{{Kind: alerts.OrderAcknowledge, By: "alice", At: opened.Add(2 * time.Minute)}}
	unanswered := before
	calm = 1
	step("a person looks after it", i, 3, 1)
	before = unanswered
	step("the same again after a crash", i, 4, 1)
	step("and once more", i, 4, 1)
	i.Generation, i.Timeline = 6, append(i.Timeline, alerts.Entry{At: opened.Add(3 * time.Minute), Text: "moved back", Reach: alerts.ToOwner})
	step("what is new then", i, 5, 1)
	calm = 0
	step("its end", resolved(i), 6, 0)
	before = alerts.Sent{}
	i.Generation, i.Reopened = 8, opened.Add(time.Hour)
	step("it opens anew, and nobody looks after that", i, 7, 1)
	i.Generation, i.Responses = 9, append(i.Responses, alerts.Response{Kind: alerts.OrderAcknowledge, By: "bob", At: opened.Add(2 * time.Hour)})
	before, calm = alerts.Sent{}, 1
	step("nor was it told before somebody did", i, 9, 1)
	if id := dedupKey(strings.Repeat("m", 300)); len(id) > 255 || id == dedupKey(strings.Repeat("m", 301)) {
		t.Errorf("dedup key %q", id)
	}
}
