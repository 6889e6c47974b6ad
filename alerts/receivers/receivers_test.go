package receivers

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/driftd/driftd/alerts"
	"github.com/driftd/driftd/evaluate"
	"github.com/driftd/driftd/internal/model"
	"github.com/driftd/driftd/internal/outbound"
	"github.com/driftd/driftd/internal/parts"
)

func TestMain(m *testing.M) { parts.Main(m) }

var opened = time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)

// incident is one whose names try to break out of whatever they are put into.
func incident() alerts.Incident {
	return alerts.Incident{
		ID: "churn|7|alias champion|performance@2026-03-01T12:00:00Z", Key: "churn|7|alias champion|performance", Class: alerts.ClassPerformance,
		Ref: model.Ref{Name: "churn", Version: "7"}, Slot: "alias champion", Mode: alerts.Auto, Owner: "@ml-oncall",
		State: alerts.Open, Status: evaluate.Warning, Opened: opened, Updated: opened, Generation: 1,
		Headline: "auc of churn@7 is below its baseline\r\nBcc: everybody@example.org",
		Facts:    []alerts.Fact{{Name: "AUC", Text: "0.71 (0.69 to 0.73), limit 0.8"}, {Name: "since", Text: `2026-02-27 "quoted" <b>ü</b>`}},
		Timeline: []alerts.Entry{{At: opened, Text: "auc of churn@7 is below its baseline", Reach: alerts.InChannel, Table: "input  psi\nage    0.3\n"}},
	}
}

// resolved is the incident after its end.
func resolved(i alerts.Incident) alerts.Incident {
	i.State, i.Closed, i.Updated, i.Generation = alerts.Resolved, opened.Add(time.Hour), opened.Add(time.Hour), i.Generation+1
	i.Timeline = append(i.Timeline[:len(i.Timeline):len(i.Timeline)], alerts.Entry{At: i.Closed, Text: "recovered"})
	return i
}

// sent is what is stored after a delivery.
func sent(i alerts.Incident, said bool) alerts.Sent {
	return alerts.Sent{Generation: i.Generation, Entries: len(i.Timeline), Said: said, Acknowledged: i.Acknowledged()}
}

func open(t *testing.T, c Config) alerts.Receiver {
	t.Helper()
	r, err := New(c, func(i alerts.Incident) string { return "https://driftd.example/incidents/" + string(i.Class) })
	if err != nil {
		t.Fatal(err)
	}
	return r
}

func file(t *testing.T, text string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "secret")
	if err := os.WriteFile(path, []byte(text+"\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

const key = "a key of enough characters"

// What a program gets is signed, tells the newest state, and is the same for a
// repetition but for the time of the signature.
func TestWebhook(t *testing.T) {
	var mu sync.Mutex
	var ids []string
	var last map[string]any
	refuse := 2
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, err := io.ReadAll(r.Body)
		if err != nil {
			t.Error(err)
		}
		id, err := outbound.Verify(r.Header, key, body, time.Now(), time.Minute)
		if err != nil {
			http.Error(w, err.Error(), http.StatusUnauthorized)
			return
		}
		mu.Lock()
		defer mu.Unlock()
		ids = append(ids, id)
		if refuse--; refuse >= 0 {
			http.Error(w, "later", http.StatusServiceUnavailable)
			return
		}
		last = nil
		if err := json.Unmarshal(body, &last); err != nil {
			t.Error(err)
		}
	}))
	defer server.Close()
	r := open(t, Config{Name: "bus", Webhook: &Webhook{URL: server.URL, SecretFile: file(t, key), AllowPrivate: true}})
	i := incident()
	if said, err := r.Deliver(t.Context(), i, alerts.Sent{}); !said || err != nil {
		t.Fatalf("said %t, error %v", said, err)
	}
	if want := i.ID + "/1"; len(ids) != 3 || ids[0] != want || ids[2] != want {
		t.Errorf("ids %q, want three times %q", ids, want)
	}
	for field, want := range map[string]any{
		"format": 1.0, "incident": i.ID, "generation": 1.0, "state": "open", "severity": "warning", "class": "performance", "model": "churn", "version": "7",
		"slot": "alias champion", "mode": "auto", "owner": "@ml-oncall", "headline": i.Headline, "link": "https://driftd.example/incidents/performance",
	} {
		if last[field] != want {
			t.Errorf("%s is %v, want %v", field, last[field], want)
		}
	}
	if last["acknowledged"] != nil {
		t.Errorf("acknowledged %v, though nobody did", last["acknowledged"])
	}
	i.Responses = []alerts.Response{{Kind: alerts.OrderAcknowledge, By: "alice", At: opened.Add(time.Minute), Why: "a campaign"}}
	if said, err := r.Deliver(t.Context(), i, sent(i, true)); !said || err != nil || fmt.Sprint(last["acknowledged"]) != "map[at:2026-03-01T12:01:00Z by:alice why:a campaign]" {
		t.Errorf("said %t, error %v, acknowledged %v", said, err, last["acknowledged"])
	}
	if said, err := r.Deliver(t.Context(), resolved(i), sent(i, true)); !said || err != nil || last["state"] != "resolved" || last["closed"] != "2026-03-01T13:00:00Z" {
		t.Errorf("said %t, error %v, body %v", said, err, last)
	}
	stranger := open(t, Config{Name: "bus", Webhook: &Webhook{URL: server.URL, SecretFile: file(t, "another key, long enough"), AllowPrivate: true}})
	if _, err := stranger.Deliver(t.Context(), i, alerts.Sent{}); err == nil || !strings.Contains(err.Error(), "401 Unauthorized") || !strings.Contains(err.Error(), "compare the secret") {
		t.Errorf("error %v", err)
	}
	private := open(t, Config{Name: "bus", Webhook: &Webhook{URL: strings.Replace(server.URL, "http:", "https:", 1), SecretFile: file(t, key)}})
	if _, err := private.Deliver(t.Context(), i, alerts.Sent{}); err == nil || !strings.Contains(err.Error(), "not a public address") {
		t.Errorf("error %v", err)
	}
}

// alertsAt asks a real Alertmanager what it holds of the incident.
func alertsAt(t *testing.T, url string, i alerts.Incident) map[string]string {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), parts.Patience)
	defer cancel()
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, url+"/api/v2/alerts", nil)
	if err != nil {
		t.Fatal(err)
	}
	answer, err := http.DefaultClient.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer answer.Body.Close()
	var all []struct {
		Labels      map[string]string `json:"labels"`
		Annotations map[string]string `json:"annotations"`
		Status      struct{ State string }
	}
	if err := json.NewDecoder(answer.Body).Decode(&all); err != nil {
		t.Fatal(err)
	}
	found := map[string]string{}
	for _, a := range all {
		if a.Labels["incident"] == i.ID && a.Labels["alertname"] == "DriftdPerformance" && a.Labels["model"] == i.Ref.Name {
			found[a.Labels["severity"]] = a.Status.State + ": " + a.Annotations["description"]
		}
	}
	return found
}

func TestAlertmanagerHoldsWhatIsOpen(t *testing.T) {
	url := parts.Alertmanager(t)
	r := open(t, Config{Name: "am", Alertmanager: &Alertmanager{URL: url + "/"}})
	i := incident()
	i.ID = fmt.Sprintf("%s-%d", i.ID, time.Now().UnixNano())
	i.Opened, i.Updated = time.Now().Add(-time.Hour), time.Now().Add(-time.Second)
	step := func(i alerts.Incident, want map[string]string) {
		t.Helper()
		if said, err := r.Deliver(t.Context(), i, alerts.Sent{}); !said || err != nil {
			t.Fatalf("said %t, error %v", said, err)
		}
		// It takes a moment until a posted alert is among its groups.
		deadline := time.Now().Add(parts.Patience)
		for {
			got := alertsAt(t, url, i)
			if fmt.Sprint(got) == fmt.Sprint(want) {
				return
			}
			if time.Now().After(deadline) {
				t.Fatalf("it holds %v, want %v", got, want)
			}
			time.Sleep(50 * time.Millisecond)
		}
	}
	facts := "AUC: 0.71 (0.69 to 0.73), limit 0.8\nsince: 2026-02-27 \"quoted\" <b>ü</b>"
	step(i, map[string]string{"warning": "active: " + facts})
	i.Status, i.Generation = evaluate.Critical, 2
	step(i, map[string]string{"critical": "active: " + facts})
	end := resolved(i)
	end.Closed = time.Now().Add(-time.Second)
	step(end, map[string]string{})
	if err := Try(t.Context(), Config{Name: "am", Alertmanager: &Alertmanager{URL: url}}, time.Now()); err != nil {
		t.Error(err)
	}
}

func TestConfig(t *testing.T) {
	good := file(t, key)
	for _, test := range []struct {
		c    Config
		want string
	}{
		{Config{Webhook: &Webhook{URL: "https://h/", SecretFile: good}}, `name "": give a short name`},
		{Config{Name: "a b", Webhook: &Webhook{URL: "https://h/", SecretFile: good}}, `name "a b": give a short name`},
		{Config{Name: "a"}, `give exactly one of webhook, alertmanager, pagerduty and mail; 0 are given`},
		{Config{Name: "a", AtLeast: "info", Alertmanager: &Alertmanager{URL: "http://am:9093"}}, `at_least "info": use warning or critical`},
		{Config{Name: "a", Alertmanager: &Alertmanager{URL: "http://am:9093"}, Mail: &Mail{}}, `2 are given`},
		{Config{Name: "a", Webhook: &Webhook{URL: "http://h/", SecretFile: good}}, `webhook.url "http://h/": use https, or set allow_private`},
		{Config{Name: "a", Alertmanager: &Alertmanager{URL: "am:9093"}}, `alertmanager.url "am:9093": give the address`},
		{Config{Name: "a", Alertmanager: &Alertmanager{URL: "http://am:9093", Username: "u"}}, `alertmanager.username and password_file: give both or none`},
		{Config{Name: "a", PagerDuty: &PagerDuty{}}, `pagerduty.routing_key_file missing`},
		{Config{Name: "a", PagerDuty: &PagerDuty{RoutingKeyFile: good}}, `holds 26 characters, an integration key has 32`},
		{Config{Name: "a", Mail: &Mail{Server: "smtp", From: "x", To: []string{"y"}}}, `mail.server "smtp": give host:port`},
		{Config{Name: "a", Mail: &Mail{Server: "smtp:25", From: "d@example.org"}}, `mail.to missing`},
		{Config{Name: "a", Mail: &Mail{Server: "smtp:25", From: "d@example.org", To: []string{"y"}}}, `mail.to "y": give an address`},
		{Config{Name: "a", Mail: &Mail{Server: "smtp:25", From: "d@example.org", To: []string{"y@example.org"}, Username: "u", PasswordFile: good, Plaintext: true}}, `a password is not sent unencrypted`},
	} {
		if _, err := New(test.c, nil); err == nil || !strings.Contains(err.Error(), test.want) {
			t.Errorf("error %v, want %q", err, test.want)
		}
	}
}
