package slack_test

import (
	"context"
	"errors"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/prometheus/client_golang/prometheus"

	"github.com/driftd/driftd/alerts"
	"github.com/driftd/driftd/alerts/slack"
	"github.com/driftd/driftd/alerts/slack/slackfake"
	"github.com/driftd/driftd/internal/parts"
)

// desk takes every click once, unless it is told to answer otherwise.
type desk struct {
	mu     sync.Mutex
	clicks []slack.Click
	err    error
	slow   time.Duration
}

func (d *desk) Ask(ctx context.Context, c slack.Click) (string, error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	select {
	case <-time.After(d.slow):
	case <-ctx.Done():
		return "", ctx.Err()
	}
	d.clicks = append(d.clicks, c)
	return "Taken, " + c.By, d.err
}

func (d *desk) taken() []slack.Click {
	d.mu.Lock()
	defer d.mu.Unlock()
	return slices.Clone(d.clicks)
}

const (
	appToken = "xapp-test"
	secret   = "shh"
	alice    = "U0000ALICE"
)

// office is a Slack with a message that proposes a rollback, and who hears of its
// buttons.
type office struct {
	t       *testing.T
	people  *slackfake.Server
	desk    *desk
	metrics *prometheus.Registry
	config  slack.Config
}

func newOffice(t *testing.T) *office {
	t.Helper()
	o := &office{t: t, people: slackfake.New("xoxb-test"), desk: &desk{}, metrics: prometheus.NewRegistry()}
	t.Cleanup(o.people.Close)
	o.people.SocketMode(appToken)
	o.config = slack.Config{Token: "xoxb-test", APIURL: o.people.URL(), AppToken: appToken, SigningSecret: secret, People: map[string]string{alice: "alice"}}
	i := incident()
	i.Generation, i.Mode = 4, alerts.Approve
	i.Action = &alerts.Action{ID: "churn@3/proposal", Model: "churn", From: "3", To: "2", Slot: "alias champion", Stage: alerts.Proposed}
	if _, err := slack.New(o.config, slog.New(slog.DiscardHandler)).Notify(t.Context(), i); err != nil {
		t.Fatal(err)
	}
	return o
}

func (o *office) listener() *slack.Listener {
	return slack.NewListener(o.config, o.desk, slog.New(slog.DiscardHandler), o.metrics)
}

// listen runs a listener by Socket Mode and returns once it is connected.
func (o *office) listen() {
	o.t.Helper()
	ctx, stop := context.WithCancel(context.Background())
	ended := make(chan error, 1)
	go func() { ended <- o.listener().Run(ctx) }()
	o.t.Cleanup(func() {
		stop()
		if err := <-ended; err != nil {
			o.t.Error(err)
		}
	})
	o.until("it is connected", func() bool { return o.people.Connections() > 0 })
}

func (o *office) until(what string, holds func() bool) {
	o.t.Helper()
	for deadline := time.Now().Add(parts.Patience); !holds(); time.Sleep(5 * time.Millisecond) {
		if time.Now().After(deadline) {
			o.t.Fatalf("never: %s", what)
		}
	}
}

// message returns the message and its button for the verb.
func (o *office) message(verb string) (slackfake.Message, slackfake.Button) {
	o.t.Helper()
	m := o.people.Messages("#churn")[0]
	at := slices.IndexFunc(m.Buttons, func(b slackfake.Button) bool { return b.ActionID == "driftd."+verb })
	if at < 0 {
		o.t.Fatalf("no button %s below %+v", verb, m)
	}
	return m, m.Buttons[at]
}

func (o *office) press(user, verb string) {
	o.t.Helper()
	m, b := o.message(verb)
	if err := o.people.Press(o.t.Context(), user, "#churn", m, b); err != nil {
		o.t.Errorf("%s presses %s: %v", user, verb, err)
	}
}

func (o *office) whispered(user, text string) {
	o.t.Helper()
	o.until("the person is told: "+text, func() bool { return len(o.people.Whispers(user)) > 0 })
	if got := o.people.Whispers(user); !strings.Contains(got[len(got)-1], text) {
		o.t.Errorf("told %q, want %q", got, text)
	}
}

func (o *office) counted(result string, want float64) {
	o.t.Helper()
	families, err := o.metrics.Gather()
	if err != nil {
		o.t.Fatal(err)
	}
	for _, m := range families[0].GetMetric() {
		if m.GetLabel()[0].GetValue() == result && m.GetCounter().GetValue() != want {
			o.t.Errorf("%g clicks are %s, want %g", m.GetCounter().GetValue(), result, want)
		}
	}
}

func TestAClickSaysWhoSawWhat(t *testing.T) {
	for _, way := range []string{"socket", "http"} {
		t.Run(way, func(t *testing.T) {
			o := newOffice(t)
			if way == "socket" {
				o.listen()
			} else {
				app := httptest.NewServer(o.listener())
				t.Cleanup(app.Close)
				o.people.Interactivity(app.URL, secret)
			}
			for _, verb := range []string{"approve", "hold", "silence", "acknowledge"} {
				o.press(alice, verb)
			}
			got := o.desk.taken()
			want := slack.Click{Verb: "approve", User: alice, By: "alice", Incident: incident().ID, Generation: 4, Proposal: "churn@3/proposal"}
			if len(got) != 4 || got[1].Verb != "hold" || got[2].Verb != "silence" || got[3].Verb != "acknowledge" || got[3].Proposal != "" {
				t.Fatalf("clicks %+v", got)
			}
			want.ID, want.At = got[0].ID, got[0].At
			if diff := cmp.Diff(want, got[0]); diff != "" || got[0].ID == "" || time.Since(got[0].At) > time.Minute {
				t.Errorf("click at %s: %s", got[0].At, diff)
			}
			o.whispered(alice, "Taken, alice")
			o.counted("taken", 4)
		})
	}
}

func TestWhoIsNotKnownIsToldHowToBe(t *testing.T) {
	o := newOffice(t)
	o.listen()
	o.press("U000MALLORY", "approve")
	o.whispered("U000MALLORY", "`U000MALLORY: your-name` under slack.people")
	if got := o.desk.taken(); len(got) != 0 {
		t.Errorf("clicks %+v of a stranger", got)
	}
	o.counted("refused", 1)
}

func TestARefusalAndAFailureAreTold(t *testing.T) {
	for _, c := range []struct {
		err          error
		told, result string
	}{
		{slack.Refusal("it expired at noon."), "Not done: it expired at noon.", "refused"},
		{errors.New("clickhouse is away"), "Not done: driftd could not write it down", "failed"},
	} {
		o := newOffice(t)
		o.desk.err = c.err
		o.listen()
		o.press(alice, "approve")
		o.whispered(alice, c.told)
		o.counted(c.result, 1)
	}
}

// What takes long is acknowledged all the same, and done.
func TestASlowDeskIsAcknowledgedInTime(t *testing.T) {
	o := newOffice(t)
	o.desk.slow = 2500 * time.Millisecond
	o.listen()
	o.press(alice, "hold")
	if got := o.desk.taken(); len(got) > 1 {
		t.Errorf("%d clicks, want one", len(got))
	}
	o.whispered(alice, "Taken")
}

// The same click delivered again has the same id: by the desk it is one.
func TestTheSameClickHasTheSameID(t *testing.T) {
	o := newOffice(t)
	o.listen()
	m, b := o.message("approve")
	once := o.people.Interaction(alice, "#churn", m, b)
	for range 2 {
		if err := o.people.Deliver(t.Context(), once); err != nil {
			t.Fatal(err)
		}
	}
	if err := o.people.Press(t.Context(), alice, "#churn", m, b); err != nil {
		t.Fatal(err)
	}
	if got := o.desk.taken(); len(got) != 3 || got[0].ID != got[1].ID || got[0].ID == got[2].ID {
		t.Errorf("clicks %+v: want the first two to be one", got)
	}
}

func TestConnectionsAreOpenedAnew(t *testing.T) {
	for name, end := range map[string]func(*slackfake.Server){
		"warning":           func(s *slackfake.Server) { s.Disconnect("warning") },
		"refresh requested": func(s *slackfake.Server) { s.Disconnect("refresh_requested") },
		"cut":               (*slackfake.Server).Drop,
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			o := newOffice(t)
			o.listen()
			opened := o.people.Calls("apps.connections.open")
			end(o.people)
			o.until("it connects again", func() bool { return o.people.Calls("apps.connections.open") > opened })
			// The old connection may take the click with it: Slack delivers it again.
			o.until("a click is heard", func() bool {
				m, b := o.message("hold")
				return o.people.Press(t.Context(), alice, "#churn", m, b) == nil
			})
			if len(o.desk.taken()) == 0 {
				t.Error("no click")
			}
		})
	}
}

// Two replicas are connected: whichever hears a click, it is heard.
func TestEveryReplicaHears(t *testing.T) {
	o := newOffice(t)
	o.listen()
	second := *o
	second.metrics = prometheus.NewRegistry()
	second.listen()
	o.until("both are connected", func() bool { return o.people.Connections() == 2 })
	for range 4 {
		o.press(alice, "hold")
	}
	if got := o.desk.taken(); len(got) != 4 {
		t.Errorf("%d clicks, want 4", len(got))
	}
}

func TestATokenThatIsRefusedDoesNotEndTheListener(t *testing.T) {
	o := newOffice(t)
	o.config.AppToken = "xapp-other"
	var said strings.Builder
	var mu sync.Mutex
	log := slog.New(slog.NewTextHandler(writer(func(p []byte) { mu.Lock(); defer mu.Unlock(); said.Write(p) }), nil))
	ctx, stop := context.WithCancel(t.Context())
	ended := make(chan error, 1)
	go func() { ended <- slack.NewListener(o.config, o.desk, log, o.metrics).Run(ctx) }()
	o.until("it says what is wrong", func() bool {
		mu.Lock()
		defer mu.Unlock()
		return strings.Contains(said.String(), "invalid_auth") && strings.Contains(said.String(), "connections:write")
	})
	stop()
	if err := <-ended; err != nil {
		t.Error(err)
	}
}

type writer func([]byte)

func (w writer) Write(p []byte) (int, error) { w(p); return len(p), nil }

func TestOnlyRequestsOfSlackAreHeard(t *testing.T) {
	o := newOffice(t)
	app := httptest.NewServer(o.listener())
	t.Cleanup(app.Close)
	m, b := o.message("approve")
	body := url.Values{"payload": {string(o.people.Interaction(alice, "#churn", m, b))}}.Encode()
	now := strconv.FormatInt(time.Now().Unix(), 10)
	old := strconv.FormatInt(time.Now().Add(-6*time.Minute).Unix(), 10)
	early := strconv.FormatInt(time.Now().Add(6*time.Minute).Unix(), 10)
	for _, c := range []struct {
		name, at, signature, body string
		want                      int
	}{
		{"signed", now, slackfake.Sign(secret, now, body), body, http.StatusOK},
		{"replayed at once", now, slackfake.Sign(secret, now, body), body, http.StatusOK}, // the desk knows its id
		{"by another secret", now, slackfake.Sign("other", now, body), body, http.StatusUnauthorized},
		{"another body", now, slackfake.Sign(secret, now, body), strings.Replace(body, alice, "U0000OTHER", 1), http.StatusUnauthorized},
		{"another time", now, slackfake.Sign(secret, old, body), body, http.StatusUnauthorized},
		{"replayed later", old, slackfake.Sign(secret, old, body), body, http.StatusUnauthorized},
		{"of the future", early, slackfake.Sign(secret, early, body), body, http.StatusUnauthorized},
		{"without a signature", now, "", body, http.StatusUnauthorized},
		{"without a time", "", slackfake.Sign(secret, "", body), body, http.StatusUnauthorized},
		{"of an older scheme", now, strings.Replace(slackfake.Sign(secret, now, body), "v0=", "v1=", 1), body, http.StatusUnauthorized},
		{"not an interaction", now, slackfake.Sign(secret, now, "x=1"), "x=1", http.StatusBadRequest},
		{"too long", now, slackfake.Sign(secret, now, strings.Repeat("x", 2<<20)), strings.Repeat("x", 2<<20), http.StatusBadRequest},
	} {
		r, err := http.NewRequestWithContext(t.Context(), http.MethodPost, app.URL, strings.NewReader(c.body))
		if err != nil {
			t.Fatal(err)
		}
		r.Header.Set("X-Slack-Request-Timestamp", c.at)
		r.Header.Set("X-Slack-Signature", c.signature)
		answer, err := http.DefaultClient.Do(r)
		if err != nil {
			t.Fatal(err)
		}
		text, _ := io.ReadAll(answer.Body)
		_ = answer.Body.Close()
		if answer.StatusCode != c.want {
			t.Errorf("%s: %s %s, want %d", c.name, answer.Status, text, c.want)
		}
	}
	if got := o.desk.taken(); len(got) != 2 || got[0].ID != got[1].ID {
		t.Errorf("clicks %+v, want one, twice", got)
	}
	o.counted("unsigned", 8)
	o.counted("unread", 2)
}

// A request that comes while the listener stops is not taken and lost.
func TestAStoppedListenerTakesNothing(t *testing.T) {
	o := newOffice(t)
	o.config.AppToken = ""
	l := o.listener()
	ctx, stop := context.WithCancel(t.Context())
	stop()
	if err := l.Run(ctx); err != nil {
		t.Fatal(err)
	}
	app := httptest.NewServer(l)
	t.Cleanup(app.Close)
	o.people.Interactivity(app.URL, secret)
	m, b := o.message("hold")
	if err := o.people.Press(t.Context(), alice, "#churn", m, b); err == nil || !strings.Contains(err.Error(), "503") {
		t.Errorf("answered %v, want 503", err)
	}
	if got := o.desk.taken(); len(got) > 0 {
		t.Errorf("clicks %+v", got)
	}
}
