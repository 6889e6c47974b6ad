package app

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/driftd/driftd/alerts"
	"github.com/driftd/driftd/internal/config"
	"github.com/driftd/driftd/internal/model"
	"github.com/driftd/driftd/internal/outbound"
	"github.com/driftd/driftd/registry"
)

// The page for users names every tag and every outcome of a look.
func TestRegistryPageIsComplete(t *testing.T) {
	page, err := os.ReadFile("../../docs/registry.md")
	if err != nil {
		t.Fatal(err)
	}
	words := []string{
		alerts.TagHealth, alerts.TagSince, alerts.TagReason, alerts.TagSummary, alerts.TagBaseline, alerts.TagAction, alerts.TagReplacedBy, alerts.TagReplaces,
		registry.HoldTag, registry.ModeTag,
	}
	for _, class := range registry.Classes() {
		if class != registry.Moved && class != registry.UnknownOutcome { // of a change, not of a look
			words = append(words, string(class))
		}
	}
	for _, word := range words {
		if !strings.Contains(string(page), "`"+word+"`") {
			t.Errorf("docs/registry.md does not name `%s`", word)
		}
	}
}

// A demotion by webhook: what is configured, what goes out, and what counts as done.
func TestSwitchByWebhook(t *testing.T) {
	dir := t.TempDir()
	path, secret := filepath.Join(dir, "registry.json"), filepath.Join(dir, "secret")
	const key = "a key of enough characters"
	for name, text := range map[string]string{secret: key, path: `{"models": {"churn": {"stages": {"Production": "3"}, "versions": {"1": {}, "2": {}, "3": {}}}}}`} {
		if err := os.WriteFile(name, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	var asked map[string]any
	obeys := true
	receiver := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, err := io.ReadAll(r.Body)
		if _, verr := outbound.Verify(r.Header, key, body, time.Now(), time.Minute); err != nil || verr != nil {
			t.Error(err, verr)
		}
		if err := json.Unmarshal(body, &asked); err != nil {
			t.Error(err)
		}
		if obeys {
			text := fmt.Sprintf(`{"models": {"churn": {"stages": {"Production": %q}, "versions": {"1": {}, "2": {}, "3": {}}}}}`, asked["target"])
			if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
				t.Error(err)
			}
		}
		w.WriteHeader(http.StatusAccepted)
	}))
	defer receiver.Close()
	c, err := config.Parse("driftd.yaml", fmt.Appendf(nil, `
registry: {file: %q, switch: {webhook: {url: %q, secret_file: %q, allow_private: true, within: 300ms, poll: 10ms}}}
models: [{name: churn, task: binary, positive: "1", serving: {stage: Production}}]
`, path, receiver.URL, secret))
	if err != nil {
		t.Fatal(err)
	}
	opened, err := openRegistry(c.Registry, prometheus.NewRegistry())
	if err != nil {
		t.Fatal(err)
	}
	m := mover{opened, map[string]registry.Slot{"churn": c.Models[0].Slot}}
	a := alerts.Action{ID: "churn@3/20260301T000000Z", Model: "churn", From: "3", To: "2", Reason: alerts.FirstCritical, Detector: "auc"}
	if err := m.Switch(t.Context(), a); err != nil {
		t.Fatal(err)
	}
	if asked["action_id"] != a.ID || asked["expect"] != "3" || !strings.HasSuffix(fmt.Sprint(asked["reason"]), ": auc") {
		t.Errorf("asked for %v", asked)
	}
	obeys = false
	a.From, a.To = "2", "1"
	if err := m.Switch(t.Context(), a); !errors.Is(err, alerts.ErrUncertain) {
		t.Errorf("accepted and not done: %v, want %v", err, alerts.ErrUncertain)
	}
	if held, err := opened.Serving(t.Context(), "churn", c.Models[0].Slot); err != nil || held != (model.Ref{Name: "churn", Version: "2"}) {
		t.Errorf("held by %v, error %v", held, err)
	}
}
