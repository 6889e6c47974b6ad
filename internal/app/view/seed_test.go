package view_test

import (
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"slices"
	"testing"
	"time"

	"github.com/driftd/driftd/alerts"
	"github.com/driftd/driftd/dashboards/web"
	"github.com/driftd/driftd/drift"
	"github.com/driftd/driftd/evaluate"
	"github.com/driftd/driftd/evaluate/evidence"
	"github.com/driftd/driftd/ingest"
	"github.com/driftd/driftd/internal/app/view"
	"github.com/driftd/driftd/internal/clickhouse"
	"github.com/driftd/driftd/internal/config"
	"github.com/driftd/driftd/internal/model"
	"github.com/driftd/driftd/internal/parts"
	"github.com/driftd/driftd/internal/schedule"
	"github.com/driftd/driftd/registry"
)

func TestMain(m *testing.M) { parts.Main(m) }

// The fleet of the tests: names that no page and no statement may take for more.
const (
	faulty  = `fraud "EU"/card's <b>`
	drifted = "прогноз & спрос"
	calm    = "churn"
	blind   = "no/labels"
	silent  = "never judged"
)

const days = 30

var (
	epoch = time.Date(2026, 9, 1, 0, 0, 0, 0, time.UTC)
	now   = day(days).Add(20 * time.Minute)
)

func day(n int) time.Time { return epoch.AddDate(0, 0, n) }

// tick is when a day is judged.
func tick(n int) time.Time { return day(n).Add(10 * time.Minute) }

func ptr(x float64) *float64 { return &x }

// models are as the configuration would declare them.
func models(t testing.TB) []config.Model {
	t.Helper()
	daily, err := schedule.Parse("10 0 * * *")
	if err != nil {
		t.Fatal(err)
	}
	var all []config.Model
	for _, name := range []string{faulty, drifted, calm, blind, silent} {
		m := config.Model{
			Slot: registry.Slot{Kind: registry.Alias, Name: "champion"}, Schedule: daily, Ingest: ingest.Model{Name: name, Task: model.Binary},
			Policy: evaluate.Policy{
				Model: name, Task: model.Binary, Positive: "1", Bucket: time.Hour,
				Drift: evaluate.DriftPolicy{Window: 24 * time.Hour, Measures: []string{"psi", "ks"}}, Live: evaluate.LivePolicy{Metrics: []string{"accuracy", "brier"}},
				Budgets: evaluate.Budgets{Demotions: 0.01, Pages: 0.5, DriftAlerts: 2},
			},
			Alerts: alerts.Policy{Model: name, Slot: "alias champion", Mode: alerts.Approve, Owner: "@risk"},
		}
		if name == calm {
			m.Alerts.Owner = "@crm"
		}
		all = append(all, m)
	}
	return all
}

// result is one number of a day.
func result(check, feature string, n int, value, limit float64) evaluate.Result {
	return evaluate.Result{Check: check, Feature: feature, From: day(n - 1), To: day(n), Value: ptr(value), Limit: ptr(limit), Rows: 900, Status: evaluate.Healthy}
}

// verdict is how a version stands on a day, with a climb of its evidence.
func verdict(name, version string, n int, serving bool, status evaluate.Status, reason string, climb float64) evaluate.Verdict {
	accuracy := result("accuracy", "", n, 0.9-climb/200, 0.85)
	accuracy.Lower, accuracy.Upper = ptr(*accuracy.Value-0.02), ptr(*accuracy.Value+0.02)
	v := evaluate.Verdict{
		Ref: model.Ref{Name: name, Version: version}, Tick: tick(n), Status: status, Reason: reason, Serving: serving, ReferenceID: "0123456789ab",
		Drift: evaluate.Standing{Status: evaluate.Healthy}, Live: evaluate.Standing{Status: status, Reason: reason},
		FirstSeen: day(0), CountedTo: day(n), DriftTo: day(n), LabelsTo: day(n),
		Results: []evaluate.Result{accuracy, result("coverage", "", n, 0.97, 0.8)},
		Evidence: []evaluate.Evidence{
			{Kind: evaluate.Absolute, Check: "accuracy", Limit: 0.85, LogM: climb / 3, Page: 7.6, Demote: 11.6, Started: day(0), Blocks: n, Rows: uint64(900 * n), Design: 2},
			{Kind: evaluate.Quality, Check: evaluate.QualityCheck, Feature: "amount", LogM: -1, Alert: 8, Started: day(0), Blocks: n, Rows: uint64(900 * n)},
		},
	}
	for k, feature := range []string{`amount "€"`, "country", evaluate.ScoreSeries} {
		psi := result("psi", feature, n, 0.02+float64(k)/100, 0.1)
		psi.P = ptr(0.4)
		v.Results = append(v.Results, psi)
		v.Evidence = append(v.Evidence, evaluate.Evidence{
			Kind: evaluate.Drift, Check: evaluate.DriftCheck, Feature: feature, LogM: float64(k), Alert: 9, Started: day(0), Blocks: n, Rows: uint64(900 * n),
			Voices: []evaluate.Voice{{Check: "psi", Limit: 0.1, Value: psi.Value, P: psi.P}}, State: evidence.State{ID: fmt.Sprint(n), To: day(n), Blocks: n},
		})
	}
	return v
}

// history are the verdicts of all versions of a model over all days.
func history(name string, each func(n int) []evaluate.Verdict) (all [][]evaluate.Verdict) {
	for n := 1; n <= days; n++ {
		all = append(all, each(n))
	}
	return all
}

// story is what happened to the fleet: one version turned bad and a demotion of it
// waits for a person, one sees other inputs, one is fine, one gets no labels.
func story() (verdicts [][]evaluate.Verdict, incidents []alerts.Incident, stages []alerts.Action) {
	verdicts = history(faulty, func(n int) []evaluate.Verdict {
		bad, good := verdict(faulty, "10", n, true, evaluate.Healthy, "", float64(n)), verdict(faulty, "9", n, false, evaluate.Healthy, "", 0)
		paired := evaluate.Evidence{Kind: evaluate.Paired, Check: "brier", Against: "9", Limit: 0.005, LogM: float64(n) * 0.45, Page: 7.6, Demote: 11.6, Started: day(0), Blocks: n, Rows: uint64(900 * n), Design: 3}
		worse := result("brier", "", n, 0.012, 0.005)
		worse.Against, worse.Lower, worse.Upper = "9", ptr(0.008), ptr(0.016)
		if n >= 17 {
			paired.Level, paired.Since, paired.Onset, paired.Peak = evaluate.Paged, day(17), day(3), 7.65
			bad.Status, bad.Reason, bad.Live = evaluate.Warning, evaluate.ReasonPaired, evaluate.Standing{Status: evaluate.Warning, Reason: evaluate.ReasonPaired}
		}
		if n >= 26 {
			paired.Level, paired.Since, paired.Peak = evaluate.Proven, day(26), 11.7
			bad.Status, bad.Live.Status = evaluate.Critical, evaluate.Critical
		}
		bad.Evidence, bad.Results = append(bad.Evidence, paired), append(bad.Results, worse)
		return []evaluate.Verdict{bad, good}
	})
	last := verdicts[days-1][0]
	proposal := alerts.Action{
		ID: faulty + "@10/" + tick(26).Format(time.RFC3339), Model: faulty, From: "10", To: "9", Slot: "alias champion", Tick: tick(26), At: tick(26), Stage: alerts.Proposed,
		Reason: alerts.FirstCritical, Detector: "paired/brier against 9", LogM: 11.7, Threshold: 11.6, Labels: 23400,
	}
	stages = append(stages, proposal)
	incidents = append(incidents, alerts.Incident{
		ID: faulty + "|10|alias champion|performance@" + tick(17).Format(time.RFC3339), Class: alerts.ClassPerformance, Ref: last.Ref, Slot: "alias champion", Mode: alerts.Approve,
		Owner: "@risk", State: alerts.Open, Status: evaluate.Critical, Opened: tick(17), Updated: tick(26), Headline: faulty + "@10 does worse than 9 on the same requests (brier)",
		Facts:    []alerts.Fact{{Name: "brier against 9", Text: "worse by 0.012 (0.008 to 0.016), tolerated 0.005"}},
		Evidence: last.Evidence[len(last.Evidence)-1:], Results: last.Results, Reference: "0123456789ab", Action: &proposal, Blocked: alerts.BlockedApproval, Generation: 2,
		Timeline: []alerts.Entry{
			{At: tick(17), Text: "does worse than 9 on the same requests (brier) <script>alert(1)</script>", Reach: alerts.ToOwner},
			{At: tick(26), Text: "the evidence crossed the demotion budget"},
		},
		Chart: []alerts.Point{{At: day(10), Value: 0.4}, {At: day(17), Value: 0.66}, {At: day(26), Value: 1}},
	})
	verdicts = append(verdicts, history(drifted, func(n int) []evaluate.Verdict {
		v := verdict(drifted, "3", n, true, evaluate.Healthy, "", 1)
		if n >= 20 {
			e := &v.Evidence[2]
			e.Level, e.Since, e.Onset, e.LogM, e.Peak, e.Listed = evaluate.Alerted, day(20), day(12), 12, 9.2, true
			e.Moved = &evaluate.Movement{From: day(12), To: day(20), Rows: 7200, Check: "psi", Value: ptr(0.61), Quantiles: []drift.QuantileMove{
				{Q: .1, Before: 3, After: 9}, {Q: .5, Before: 12, After: 31}, {Q: .9, Before: 60, After: 60, Beyond: 1}}}
			v.Status, v.Reason, v.Drift = evaluate.Warning, evaluate.ReasonShifted, evaluate.Standing{Status: evaluate.Warning, Reason: evaluate.ReasonShifted}
			for k := range v.Results {
				if v.Results[k].Feature == e.Feature {
					v.Results[k].Value, v.Results[k].P = ptr(0.7), ptr(2e-5)
				}
			}
		}
		return []evaluate.Verdict{v}
	})...)
	shifted := verdicts[len(verdicts)-1][0]
	incidents = append(incidents, alerts.Incident{
		ID: drifted + "|3|alias champion|drift@" + tick(20).Format(time.RFC3339), Class: alerts.ClassDrift, Ref: shifted.Ref, Slot: "alias champion", Mode: alerts.Approve, State: alerts.Open,
		Status: evaluate.Warning, Opened: tick(20), Updated: tick(20), Headline: `1 input moved away from the reference: amount "€"`, Generation: 1, Evidence: shifted.Evidence[2:3],
		Timeline: []alerts.Entry{{At: tick(20), Text: "moved away from the reference", Reach: alerts.InChannel, Table: "input  before  after"}},
	})
	verdicts = append(verdicts, history(calm, func(n int) []evaluate.Verdict {
		return []evaluate.Verdict{verdict(calm, "1", n, true, evaluate.Healthy, "", 0)}
	})...)
	verdicts = append(verdicts, history(blind, func(n int) []evaluate.Verdict {
		v := verdict(blind, "1", n, true, evaluate.Inconclusive, evaluate.ReasonCoverage, 0)
		v.Results, v.Evidence = v.Results[2:], v.Evidence[1:]
		return []evaluate.Verdict{v}
	})...)
	return verdicts, incidents, stages
}

// emptied is a store in the real engine in which nothing happened.
func emptied(t testing.TB) *clickhouse.Store {
	t.Helper()
	o := parts.Database(t)
	store, err := clickhouse.Open(clickhouse.Options{Addresses: o.Addr, Database: o.Auth.Database, Username: o.Auth.Username, Password: o.Auth.Password, DialTimeout: 30 * time.Second}, nil)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { store.Close() })
	if err := store.Migrate(t.Context()); err != nil {
		t.Fatal(err)
	}
	return store
}

// seeded is a store in which the story happened.
func seeded(t testing.TB) *clickhouse.Store {
	t.Helper()
	store := emptied(t)
	ok := func(err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	verdicts, incidents, stages := story()
	ok(store.SaveVerdicts(t.Context(), slices.Concat(verdicts...))) // at once: what is read back is the same
	for _, i := range incidents {
		ok(store.SaveIncident(t.Context(), i))
	}
	for _, a := range stages {
		ok(store.SaveAction(t.Context(), a))
	}
	ok(store.SaveTenures(t.Context(), faulty, "alias champion", []evaluate.Tenure{{Version: "9", From: day(-20)}, {Version: "10", From: day(1)}}))
	return store
}

// served is the page over a store.
func served(t testing.TB, store *clickhouse.Store) *httptest.Server {
	t.Helper()
	all := models(t)
	v := view.Viewer{
		Store: func() (*clickhouse.Store, error) { return store, nil }, Models: func() []config.Model { return all }, Now: func() time.Time { return now },
	}
	server := httptest.NewServer(web.New(v, slog.New(slog.NewTextHandler(t.Output(), nil))))
	t.Cleanup(server.Close)
	return server
}

// get asks for a path of the server.
func get(t testing.TB, server *httptest.Server, path string) (status int, text string, header http.Header) {
	t.Helper()
	answer, err := server.Client().Get(server.URL + path)
	if err != nil {
		t.Fatal(err)
	}
	defer answer.Body.Close()
	body, err := io.ReadAll(answer.Body)
	if err != nil {
		t.Fatal(err)
	}
	return answer.StatusCode, string(body), answer.Header
}
