package alerts_test

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/driftd/driftd/alerts"
	"github.com/driftd/driftd/evaluate"
	"github.com/driftd/driftd/internal/model"
)

func TestLinksShowTheTimeOfTheIncident(t *testing.T) {
	day := time.UnixMilli(1_800_000_000_000).UTC()
	i := alerts.Incident{
		ID: "a b|2|alias champion|drift@x", Class: alerts.ClassDrift, Ref: model.Ref{Name: "a b/ü", Version: "2"},
		Opened: day.Add(4 * time.Hour), Updated: day.Add(6 * time.Hour), Closed: day.Add(8 * time.Hour), State: alerts.Open,
		Evidence: []evaluate.Evidence{{Onset: day.Add(2 * time.Hour)}},
	}
	links := alerts.Links{Page: "https://driftd.example", Grafana: "https://grafana.example/g", MLflow: "http://mlflow:5000"}
	want := []alerts.Link{
		{Name: "a b/ü@2", URL: "https://driftd.example/models/a%20b%2F%C3%BC/2?from=1800003600000&to=1800025200000"},
		{Name: "incident", URL: "https://driftd.example/incidents/a%20b%7C2%7Calias%20champion%7Cdrift@x"},
		{Name: "Grafana", URL: "https://grafana.example/g/d/driftd-version/version-health?from=1800003600000&to=1800025200000&var-model=a+b%2F%C3%BC&var-version=2"},
		{Name: "MLflow", URL: "http://mlflow:5000/#/models/a%20b%2F%C3%BC/versions/2"},
	}
	if diff := cmp.Diff(want, links.Of(i)); diff != "" {
		t.Error(diff)
	}
	i.State = alerts.Resolved
	if from, to := i.Window(); !from.Equal(day.Add(30*time.Minute)) || !to.Equal(day.Add(9*time.Hour+30*time.Minute)) {
		t.Errorf("resolved: from %s to %s", from, to)
	}
	if got := (alerts.Links{}).Of(i); got != nil {
		t.Errorf("%v without addresses", got)
	}
}
