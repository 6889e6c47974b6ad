package alerts_test

import (
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/driftd/driftd/alerts"
	"github.com/driftd/driftd/drift"
	"github.com/driftd/driftd/evaluate"
)

// faulty is a detector of data quality that alerted: of a series, or of the
// stream when feature is "".
func faulty(feature, check string, now, before float64) evaluate.Evidence {
	p, rise := 1e-9, now-before
	return evaluate.Evidence{
		Kind: evaluate.Quality, Check: evaluate.QualityCheck, Feature: feature, LogM: 9, Peak: 9, Alert: 8, Level: evaluate.Alerted,
		Since: tick, Onset: tick.Add(-time.Hour), Voices: []evaluate.Voice{{Check: check, Limit: 0.01, Value: &rise, P: &p, Now: &now, Before: &before}},
	}
}

func broken(e evaluate.Evidence) evaluate.Evidence {
	e.Broken, e.Voices[0].P = e.Voices[0].Check, nil
	return e
}

func TestFaultsInWords(t *testing.T) {
	silence := broken(faulty("", drift.Freshness, 0, 12400))
	silence.Voices[0].Since = time.Date(2026, 9, 16, 14, 0, 0, 0, time.UTC)
	rejects := faulty("", drift.Rejects, 0.31, 0.002)
	rejects.Voices[0].Detail = "timestamp_past"
	for want, evidence := range map[string][]evaluate.Evidence{
		"balance of churn@2 is missing in 97 % of predictions (2 % before)":                           {broken(faulty("balance", "missing", 0.97, 0.02))},
		"balance of churn@2 has another type in 40 % of predictions (0 % before)":                     {faulty("balance", "invalid", 0.4, 0)},
		"plan of churn@2 is new to its reference in 60 % of predictions (0 % before)":                 {faulty("plan", "unseen", 0.6, 0)},
		"balance of churn@2 is beyond the range of its reference in 99 % of predictions (0 % before)": {faulty("balance", "range", 0.99, 0)},
		"31 % of events on churn's topics are rejected (0 % before): timestamp_past":                  {rejects},
		"churn got 6,500 predictions in a window that usually has 19,461":                             {faulty("", drift.Volume, 6500, 19461)},
		"nothing has arrived for churn since 2026-09-16 14:00 UTC (12,400 predictions an hour at this time); 2 more faults": {
			faulty("balance", "missing", 0.97, 0.02), silence, faulty("plan", "unseen", 0.6, 0)},
	} {
		p, v, past := worse()
		v.Status, v.Evidence = evaluate.Warning, evidence
		i := told(alerts.Decide(p, []evaluate.Verdict{v}, past, tick), alerts.ClassData)
		if i == nil || i.Headline != want {
			t.Errorf("got %+v, want %q", i, want)
		}
	}
}

// A day on which the data break: one message about it, none about what follows
// from it, and what was true beside it is told afterwards.
func TestBrokenDataMuteWhatTheyExplain(t *testing.T) {
	w := newWorld(t)
	p, regressed, _ := worse()
	p.Mode = alerts.Observe
	w.slot, w.previous = "2", nil
	page := regressed.Evidence[0]
	page.Level, page.LogM, page.Peak = evaluate.Paged, 9, 9
	moved := evaluate.Evidence{Kind: evaluate.Drift, Check: evaluate.DriftCheck, Feature: "balance", LogM: 9, Peak: 9, Alert: 8, Level: evaluate.Alerted, Since: tick}
	null := broken(faulty("balance", "missing", 0.97, 0.02))
	ordinary := faulty("balance", "missing", 0.02, 0.02)
	*ordinary.Voices[0].P = 0.5

	for _, step := range []struct {
		hours    int
		name     string
		evidence []evaluate.Evidence
		want     []string
	}{
		{0, "all is well", nil, nil},
		{1, "balance is gone", []evaluate.Evidence{null}, []string{"tell 2 data open first_data, to the channel"}},
		{2, "and stays gone, so inputs moved", []evaluate.Evidence{null, moved}, nil},
		{3, "and it does worse", []evaluate.Evidence{null, moved, page}, []string{"tell 2 performance open first_page, to the owner"}},
		{4, "another one joins", []evaluate.Evidence{null, faulty("plan", "unseen", 0.6, 0), moved, page}, []string{"tell 2 data open first_data, to the channel"}},
		{5, "they are back", []evaluate.Evidence{ordinary, moved, page}, []string{"tell 2 data open changed"}},
		{6, "for good", []evaluate.Evidence{moved, page}, []string{"tell 2 data resolved recovered", "tell 2 performance open untold"}},
		{7, "and what they hid is over too", nil, []string{"tell 2 performance resolved recovered"}},
	} {
		at := tick.Add(time.Duration(step.hours) * time.Hour)
		v := regressed
		v.Tick, v.Status, v.Reason, v.Evidence = at, evaluate.Warning, evaluate.ReasonData, step.evidence
		if step.evidence == nil {
			v.Status, v.Reason = evaluate.Healthy, ""
		}
		plan, err := w.run(p, at, w.serving(), v)
		if err != nil {
			t.Fatalf("%s: %v", step.name, err)
		}
		var got []string
		for _, line := range described(plan) {
			if strings.HasPrefix(line, "tell") {
				got = append(got, line)
			}
		}
		if diff := cmp.Diff(step.want, got); diff != "" {
			t.Errorf("%s:\n%s", step.name, diff)
		}
		if messages := len(w.people.Messages(channel)); step.hours < 6 && messages > 1 {
			t.Errorf("%s: %d messages, want one at most", step.name, messages)
		}
		if headline := w.incident("2", alerts.ClassData).Headline; step.hours == 5 && !strings.Contains(headline, "97 %") {
			t.Errorf("%s: headline %q, want what it was", step.name, headline)
		}
	}
	var headers []string
	for _, m := range w.people.Messages(channel) {
		headers = append(headers, m.Text)
	}
	want := []string{"🟢 the data of churn@2 are as they should be again", "🟢 churn@2 is back within its limits (brier)"}
	if diff := cmp.Diff(want, headers); diff != "" {
		t.Error(diff)
	}
}

// Broken data that the fallback reads too are no reason to demote; what only the
// live version gets wrong is.
func TestDemotionWaitsForDataThatTheFallbackShares(t *testing.T) {
	quiet := func(feature string) evaluate.Evidence {
		e := faulty(feature, "missing", 0.02, 0.02)
		e.Level = evaluate.None
		return e
	}
	for _, c := range []struct {
		name     string
		live     evaluate.Evidence
		fallback []evaluate.Evidence
		judged   bool
		want     alerts.Reason
	}{
		{"nothing is known of the fallback", faulty("balance", "missing", 0.97, 0.02), nil, false, alerts.BlockedData},
		{"the fallback is not judged yet", faulty("balance", "missing", 0.97, 0.02), nil, true, alerts.BlockedData},
		{"the fallback reads it and has the same", faulty("balance", "missing", 0.97, 0.02), []evaluate.Evidence{faulty("balance", "missing", 0.97, 0.02)}, true, alerts.BlockedData},
		{"the fallback reads it and has it", faulty("balance", "missing", 0.97, 0.02), []evaluate.Evidence{quiet("balance")}, true, ""},
		{"the fallback does not read it", faulty("balance", "missing", 0.97, 0.02), []evaluate.Evidence{quiet("plan")}, true, ""},
		{"the score is the version's own", faulty(evaluate.ScoreSeries, "missing", 0.97, 0), nil, false, ""},
		{"the stream is everybody's", faulty("", drift.Rejects, 0.8, 0), []evaluate.Evidence{quiet("balance")}, true, alerts.BlockedData},
	} {
		p, v, past := worse()
		v.Evidence = append(v.Evidence, c.live)
		verdicts := []evaluate.Verdict{v}
		if c.judged {
			verdicts = append(verdicts, evaluate.Verdict{Ref: ref("1"), Tick: tick, Status: evaluate.Healthy, Evidence: c.fallback})
		}
		plan := alerts.Decide(p, verdicts, past, tick)
		if got := blocked(plan); got != c.want || (len(demotions(plan)) == 1) != (c.want == "") {
			t.Errorf("%s: blocked by %q with %d demotions, want %q", c.name, got, len(demotions(plan)), c.want)
		}
	}
}

// A baseline that a person stored and that cannot be used is told at once.
func TestUnusableBaselineIsToldAtOnce(t *testing.T) {
	p, v, past := worse()
	v.Status, v.Reason, v.Evidence = evaluate.Warning, evaluate.ReasonBaseline, nil
	v.Drift = evaluate.Standing{Status: evaluate.Warning, Reason: evaluate.ReasonBaseline}
	i := told(alerts.Decide(p, []evaluate.Verdict{v}, past, tick), alerts.ClassPipeline)
	if i == nil || i.Headline != "churn@2 has no reference yet: its baseline cannot be used, the log says why" {
		t.Fatalf("%+v", i)
	}
	past.Incidents = []alerts.Incident{*i}
	v.Status, v.Reason, v.Drift, v.ReferenceID = evaluate.Healthy, "", evaluate.Standing{Status: evaluate.Healthy}, "ref"
	if i := told(alerts.Decide(p, []evaluate.Verdict{v}, past, tick.Add(time.Hour)), alerts.ClassPipeline); i == nil || i.State != alerts.Resolved {
		t.Errorf("once a reference is pinned: %+v", i)
	}
}
