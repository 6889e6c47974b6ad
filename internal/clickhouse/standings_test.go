package clickhouse

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/driftd/driftd/alerts"
	"github.com/driftd/driftd/evaluate"
	"github.com/driftd/driftd/internal/model"
)

// strange is a name that no statement may take for more than a name.
const strange = `it's "odd"\, a/b {x:String}`

func TestStandingsAreTheNewestVerdictsInBrief(t *testing.T) {
	s := migrated(t)
	older := verdict("2", at(1, 0))
	older.Status, older.Evidence = evaluate.Healthy, nil
	calm := verdict("1", at(2, 0))
	calm.Ref.Name, calm.Serving, calm.Status, calm.Reason = strange, false, evaluate.Healthy, ""
	calm.Evidence = []evaluate.Evidence{{Kind: evaluate.Quality, Check: "quality", Feature: "wind", LogM: -1, Alert: 8}}
	save(t, s, older)
	save(t, s, verdict("2", at(2, 0)))
	save(t, s, calm)
	got, err := s.Standings(t.Context(), "")
	if err != nil {
		t.Fatal(err)
	}
	v := verdict("2", at(2, 0))
	want := []Standing{
		{
			Ref: v.Ref, Tick: v.Tick, Status: v.Status, Reason: v.Reason, Serving: true, ReferenceID: v.ReferenceID, Drift: v.Drift, Live: v.Live,
			FirstSeen: v.FirstSeen, CountedTo: v.CountedTo, DriftTo: v.DriftTo, LabelsTo: v.LabelsTo,
			Page: ptr(v.Evidence[0].Share(9.5)), Demote: ptr(v.Evidence[0].Share(11.6)), Alert: ptr(0), Moved: 1, Watched: 1, Since: at(1, 0),
		},
		{
			Ref: calm.Ref, Tick: calm.Tick, Status: calm.Status, ReferenceID: v.ReferenceID, Drift: v.Drift, Live: v.Live,
			FirstSeen: v.FirstSeen, CountedTo: v.CountedTo, DriftTo: v.DriftTo, LabelsTo: v.LabelsTo, Alert: ptr(0), Checked: true,
		},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
	if one, err := s.Standings(t.Context(), strange); err != nil || !cmp.Equal(want[1:], one) {
		t.Errorf("of one model: %v, %v", one, err)
	}
	detectors, err := s.Detectors(t.Context(), []string{"flights", strange})
	if err != nil {
		t.Fatal(err)
	}
	paired, drifted := v.Evidence[0], v.Evidence[1]
	wantDetectors := map[model.Ref][]evaluate.Evidence{v.Ref: {
		{Kind: drifted.Kind, Check: drifted.Check, Feature: drifted.Feature, LogM: drifted.LogM, Level: drifted.Level},
		{Kind: paired.Kind, Check: paired.Check, Against: "1", Limit: paired.Limit, LogM: paired.LogM, Page: paired.Page, Demote: paired.Demote, Level: paired.Level, Since: paired.Since},
	}}
	if diff := cmp.Diff(wantDetectors, detectors); diff != "" {
		t.Error(diff)
	}
}

func TestPathsOverTime(t *testing.T) {
	s := migrated(t)
	for day, status := range []evaluate.Status{evaluate.Healthy, evaluate.Healthy, evaluate.Warning, evaluate.Healthy} {
		v := verdict("2", at(day, 0))
		v.Ref.Name, v.Status, v.Serving = strange, status, day > 0
		v.Evidence[0].LogM = float64(day)
		for k := range v.Results {
			v.Results[k].From, v.Results[k].To = at(day-1, 0), at(day, 0)
		}
		save(t, s, v)
	}
	again := verdict("2", at(3, time.Hour)) // a window that was judged anew
	again.Ref.Name, again.Evidence = strange, nil
	again.Results = []evaluate.Result{{Check: "psi", Feature: "wind", From: at(1, 0), To: at(2, 0), Value: ptr(0.5), Limit: ptr(0.1), P: ptr(0.5), Status: evaluate.Healthy, Revision: 1}}
	save(t, s, again)
	ref := model.Ref{Name: strange, Version: "2"}

	runs, err := s.StatusPath(t.Context(), strange, at(0, 0), at(3, 0))
	want := []StatusRun{
		{"2", at(0, 0), evaluate.Healthy, false, at(3, 0)}, {"2", at(1, 0), evaluate.Healthy, true, at(3, 0)},
		{"2", at(2, 0), evaluate.Warning, true, at(3, 0)}, {"2", at(3, 0), evaluate.Healthy, true, at(3, 0)},
	}
	if diff := cmp.Diff(want, runs); err != nil || diff != "" {
		t.Error(err, diff)
	}
	steps, err := s.EvidencePath(t.Context(), ref, at(0, 0), at(3, 0), 48*time.Hour)
	var logM []float64
	for _, step := range steps {
		logM = append(logM, step.Evidence.LogM)
	}
	if !cmp.Equal([]float64{0, 2, 3}, logM) || err != nil || !steps[1].At.Equal(at(2, 0)) || steps[1].Evidence.Demote != 11.6 {
		t.Errorf("evidence %+v, %v: want the last of every two days", steps, err)
	}
	windows, err := s.DriftPath(t.Context(), ref, []string{"psi", "ks"}, at(0, 0), at(3, 0))
	var values []float64
	for _, w := range windows {
		values = append(values, *w.Value)
	}
	if diff := cmp.Diff([]float64{0.25, 0.5, 0.25}, values); err != nil || diff != "" {
		t.Error(err, diff)
	}
	metrics, err := s.MetricPath(t.Context(), ref, at(0, 0), at(3, 0))
	if err != nil || len(metrics) != 3 || metrics[0].Reason != "single_class" || metrics[0].Value != nil || !metrics[2].To.Equal(at(3, 0)) {
		t.Errorf("metrics %+v, %v: want that of all rows, three blocks of it", metrics, err)
	}
	newest, err := s.NewestMetrics(t.Context(), []string{strange}, []string{"auc"}, at(2, 0))
	if err != nil || len(newest[ref]) != 1 || !newest[ref][0].To.Equal(at(3, 0)) {
		t.Errorf("newest metrics %+v, %v", newest, err)
	}
}

func TestIncidentsAndActionsInBrief(t *testing.T) {
	s := migrated(t)
	i := alerts.Incident{ID: "a|" + strange, Ref: model.Ref{Name: strange, Version: "2"}, Class: alerts.ClassDrift, State: alerts.Open, Status: evaluate.Warning, Opened: at(1, 0), Updated: at(1, 0), Headline: "it's \\ bad", Generation: 1}
	over := i
	over.ID, over.Opened = "b", at(0, 0)
	for _, save := range []alerts.Incident{i, over} {
		if err := s.SaveIncident(t.Context(), save); err != nil {
			t.Fatal(err)
		}
	}
	over.State, over.Closed, over.Updated, over.Generation = alerts.Resolved, at(2, 0), at(2, 0), 2
	if err := s.SaveIncident(t.Context(), over); err != nil {
		t.Fatal(err)
	}
	brief := func(i alerts.Incident) alerts.Incident { i.Generation = 0; return i }
	for _, c := range []struct {
		name string
		over bool
		want []alerts.Incident
	}{{"", false, []alerts.Incident{brief(i)}}, {strange, true, []alerts.Incident{brief(i), brief(over)}}, {"another", true, nil}} {
		got, err := s.IncidentLines(t.Context(), c.name, c.over)
		if diff := cmp.Diff(c.want, got); err != nil || diff != "" {
			t.Errorf("of %q: %v %s", c.name, err, diff)
		}
	}
	if got, found, err := s.Incident(t.Context(), "b"); err != nil || !found || !cmp.Equal(over, got) {
		t.Errorf("incident b: %+v, %v, %v", got, found, err)
	}
	if _, found, err := s.Incident(t.Context(), "' OR 1=1"); err != nil || found {
		t.Errorf("no incident: %v, %v", found, err)
	}
	for _, stage := range []alerts.Stage{alerts.Intent, alerts.Done} {
		for day, id := range []string{"x", "y"} {
			a := alerts.Action{ID: id, Model: strange, From: "2", To: "1", Tick: at(day, 0), Stage: stage, At: at(day, 0), Reason: alerts.FirstCritical}
			if err := s.SaveAction(t.Context(), a); err != nil {
				t.Fatal(err)
			}
		}
	}
	got, err := s.NewestActions(t.Context(), []string{strange, "another"})
	if err != nil || len(got) != 1 || got[strange].ID != "y" || got[strange].Stage != alerts.Done {
		t.Errorf("newest actions %+v, %v", got, err)
	}
}
