package view_test

import (
	"encoding/json"
	"errors"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/driftd/driftd/dashboards/web"
	"github.com/driftd/driftd/internal/app/view"
	"github.com/driftd/driftd/internal/clickhouse"
	"github.com/driftd/driftd/internal/config"
)

func decoded[T any](t *testing.T, text string) (v T) {
	t.Helper()
	if err := json.Unmarshal([]byte(text), &v); err != nil {
		t.Fatalf("%v in %s", err, text)
	}
	return v
}

func TestTheWorstComesFirst(t *testing.T) {
	server := served(t, seeded(t))
	status, text, header := get(t, server, "/api/v1/models")
	fleet := decoded[web.Fleet](t, text)
	if status != http.StatusOK || header.Get("Content-Type") != "application/json" {
		t.Fatalf("%d %v", status, header)
	}
	type line struct{ Model, Version, State, Why, Owner string }
	var got []line
	for _, v := range fleet.Versions {
		got = append(got, line{v.Model, v.Version, v.State, v.Why, v.Owner})
	}
	want := []line{
		{faulty, "10", "critical", "it does worse than its fallback on the same requests", "@risk"},
		{drifted, "3", "warning", "its inputs moved away from the reference", "@risk"},
		{blind, "1", "inconclusive", "too few of its predictions have a label", "@risk"},
		{silent, "", "unknown", "no version of it has been judged yet", "@risk"},
		{calm, "1", "healthy", "nothing is wrong", "@crm"},
		{faulty, "9", "healthy", "nothing is wrong", "@risk"},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
	worst := fleet.Versions[0]
	if !worst.Since.Equal(day(26)) || worst.Metric.Kind != "paired" || *worst.Metric.Value != 0.012 || *worst.Metric.Limit != 0.005 || worst.Metric.Rows != 900 {
		t.Errorf("the worst: since %v, metric %+v", worst.Since, worst.Metric)
	}
	if log := 30 * 0.45; *worst.Page != log/7.6 || *worst.Demotion != log/11.6 {
		t.Errorf("shares %v, %v: want the furthest detector's", *worst.Page, *worst.Demotion)
	}
	if len(worst.Open) != 1 || worst.Open[0].Class != "performance" || worst.Done == nil || worst.Done.Stage != "proposed" {
		t.Errorf("incidents %+v, done %+v", worst.Open, worst.Done)
	}
	if d := fleet.Versions[1].Drift; d.Count != 1 || d.Watched != 3 || !cmp.Equal(d.Raised, []string{`amount "€"`}) {
		t.Errorf("drift %+v", d)
	}
}

func TestFilterAndPages(t *testing.T) {
	server := served(t, seeded(t))
	for query, want := range map[string]int{"q=FRAUD": 2, "q=%40crm": 1, "state=critical": 1, "q=%22eu%22%2F": 2, "q=nothing": 0, "page=99": 6, "q=прогноз": 1} {
		_, text, _ := get(t, server, "/api/v1/models?"+query)
		fleet := decoded[web.Fleet](t, text)
		if fleet.Matching != want || len(fleet.Versions) != want || fleet.States["healthy"] != 2 {
			t.Errorf("%s: %d match, %d shown, states %v: want %d of all", query, fleet.Matching, len(fleet.Versions), fleet.States, want)
		}
	}
	if status, text, _ := get(t, server, "/?page=zero"); status != http.StatusBadRequest || !strings.Contains(text, "want a number from 1") {
		t.Errorf("page=zero: %d %s", status, text)
	}
}

func TestAVersionInFull(t *testing.T) {
	server := served(t, seeded(t))
	path := "/api/v1/models/" + url.PathEscape(drifted) + "/versions/3"
	_, text, _ := get(t, server, path)
	v := decoded[web.Version](t, text)
	if len(v.Series) != 3 || v.Series[0].Name != `amount "€"` || v.Series[0].Level != "moved" || v.Series[0].Before != "12 (3 to 60)" || v.Series[0].After != "31 (9 to above 60)" {
		t.Errorf("series %+v", v.Series)
	}
	if n := len(v.Series[0].Windows); n != days || v.Series[0].Windows[n-1].P != 2e-5 {
		t.Errorf("windows %+v: want one a day", v.Series[0].Windows)
	}
	if len(v.Metrics) != 1 || len(v.Metrics[0].Points) != days || len(v.Metrics[0].Lines) != 4 {
		t.Errorf("metrics %+v", v.Metrics)
	}
	if len(v.Health) != 1 || len(v.Health[0].Runs) != 2 || v.Health[0].Runs[1].State != "warning" || !v.Health[0].Runs[1].From.Equal(tick(20)) {
		t.Errorf("health %+v", v.Health)
	}
	if len(v.Detectors) != 1 || v.Detectors[0].Name != "accuracy" || v.Detectors[0].Labels != 27000 || v.Detectors[0].Value == nil {
		t.Errorf("detectors %+v", v.Detectors)
	}
	_, text, _ = get(t, server, path+"?from=2026-09-10&to=2026-09-15T00:00:00Z")
	if v = decoded[web.Version](t, text); len(v.Metrics[0].Points) != 5 || !v.Span.From.Equal(day(9)) {
		t.Errorf("of %+v: %d points", v.Span, len(v.Metrics[0].Points))
	}
	for _, bad := range []string{"from=yesterday", "from=2026-09-10&to=2026-09-01"} {
		if status, text, _ := get(t, server, path+"?"+bad); status != http.StatusBadRequest || !strings.Contains(text, "want") {
			t.Errorf("%s: %d %s", bad, status, text)
		}
	}
}

func TestAModelAndItsSlot(t *testing.T) {
	server := served(t, seeded(t))
	_, text, _ := get(t, server, "/api/v1/models/"+url.PathEscape(faulty))
	m := decoded[web.Model](t, text)
	if len(m.Holders) != 2 || m.Holders[0].Version != "10" || m.Holders[0].To != nil || !m.Holders[1].To.Equal(day(1)) {
		t.Errorf("holders %+v", m.Holders)
	}
	if len(m.Health) != 2 || m.Health[0].Name != "10" || len(m.Health[0].Runs) != 3 || len(m.Incidents) != 1 || len(m.Actions) != 1 {
		t.Errorf("health %+v, incidents %+v, actions %+v", m.Health, m.Incidents, m.Actions)
	}
}

func TestAnIncidentSaysWhatToDo(t *testing.T) {
	_, incidents, _ := story()
	server := served(t, seeded(t))
	for k, want := range []string{"driftd approve", "driftd reference accept"} {
		_, text, _ := get(t, server, "/api/v1/incidents/"+url.PathEscape(incidents[k].ID))
		i := decoded[web.Incident](t, text)
		said := ""
		for _, a := range i.Advice {
			said += a.Text + " " + a.Command + "\n"
		}
		if i.ID != incidents[k].ID || len(i.Timeline) != len(incidents[k].Timeline) || !strings.Contains(said, want) {
			t.Errorf("%+v: want %q among what to do", i, want)
		}
	}
	_, text, _ := get(t, server, "/api/v1/incidents/"+url.PathEscape(incidents[0].ID))
	if i := decoded[web.Incident](t, text); len(i.Actions) != 1 || i.Actions[0].Stage != "proposed" || len(i.Detectors) != 1 || *i.Detectors[0].Value != 0.012 || len(i.Chart.Points) != 3 {
		t.Errorf("%+v", i)
	}
}

func TestWhatIsNotThere(t *testing.T) {
	server := served(t, seeded(t))
	for path, want := range map[string]string{
		"/models/nobody":           calm,
		"/models/churn/99":         "version 1",
		"/incidents/none":          "There is no incident",
		"/nowhere":                 "There is no page",
		"/api/v1/nowhere":          "there is nothing at",
		"/api/v1/models/nobody":    calm,
		"/models/" + calm + "/%2e": "There is no",
	} {
		if status, text, _ := get(t, server, path); status != http.StatusNotFound || !strings.Contains(text, want) {
			t.Errorf("%s: %d, want 404 and %q in %s", path, status, want, text)
		}
	}
	answer, err := server.Client().Post(server.URL+"/", "text/plain", nil)
	if err != nil {
		t.Fatal(err)
	}
	answer.Body.Close()
	if answer.StatusCode != http.StatusMethodNotAllowed {
		t.Errorf("POST: %s", answer.Status)
	}
}

func TestNothingOfTheDataIsMarkup(t *testing.T) {
	_, incidents, _ := story()
	server := served(t, seeded(t))
	for _, path := range []string{"/", "/models/" + url.PathEscape(faulty), "/models/" + url.PathEscape(faulty) + "/10", "/incidents/" + url.PathEscape(incidents[0].ID)} {
		status, text, header := get(t, server, path)
		if status != http.StatusOK || strings.Contains(text, "<b>") && !strings.Contains(text, `<b class="num">`) || strings.Contains(text, "<script>") || strings.Contains(text, "style=") {
			t.Errorf("%s: %d, markup of data or of style is in it", path, status)
		}
		if policy := header.Get("Content-Security-Policy"); !strings.HasPrefix(policy, "default-src 'self'") || strings.Contains(policy, "unsafe") {
			t.Errorf("%s: policy %q", path, policy)
		}
	}
}

// A store that does not answer is said to be so, though it never does.
func TestWithoutAStore(t *testing.T) {
	never := make(chan struct{})
	t.Cleanup(func() { close(never) })
	all := models(t)
	for name, store := range map[string]func() (*clickhouse.Store, error){
		"starting": func() (*clickhouse.Store, error) { return nil, errors.New("not usable yet") },
		"stuck":    func() (*clickhouse.Store, error) { <-never; return nil, errors.New("too late") },
	} {
		v := view.Viewer{Store: store, Models: func() []config.Model { return all }, Now: func() time.Time { return now }}
		server := httptest.NewServer(web.New(v, slog.New(slog.DiscardHandler)))
		t.Cleanup(server.Close)
		if status, text, _ := get(t, server, "/"); status != http.StatusServiceUnavailable || !strings.Contains(text, "driftd check --online") {
			t.Errorf("%s: %d %s", name, status, text)
		}
	}
}
