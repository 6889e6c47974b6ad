package alerts_test

import (
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/driftd/driftd/alerts"
	"github.com/driftd/driftd/alerts/slack/slackfake"
	"github.com/driftd/driftd/drift"
	"github.com/driftd/driftd/evaluate"
)

// What people read from the alert on to the recovery: how each input moved, what
// moved together, a table of what is new in the thread, and how it had moved when
// it is over.
func TestDriftSaysHowInputsMoved(t *testing.T) {
	w := newWorld(t)
	p, v, _ := worse()
	psi := 2.714
	series := func(feature string, days int, m *evaluate.Movement) evaluate.Evidence {
		since := tick.Truncate(24*time.Hour).AddDate(0, 0, days)
		e := evaluate.Evidence{
			Kind: evaluate.Drift, Check: evaluate.DriftCheck, Feature: feature, LogM: 9, Peak: 9, Alert: 8,
			Level: evaluate.Alerted, Since: since, Onset: since.AddDate(0, 0, -4), Listed: days == 0,
		}
		if m != nil {
			m.From, m.To, m.Check, m.Value = e.Onset, e.Since, "psi", &psi
			e.Moved = m
		}
		return e
	}
	tenure := series("tenure", 0, &evaluate.Movement{Quantiles: []drift.QuantileMove{
		{Q: .1, Before: 3, After: 18}, {Q: .5, Before: 12.1, After: 24.6}, {Q: .9, Before: 20, After: 31, Beyond: 1},
	}})
	plan := series("plan", 0, &evaluate.Movement{Bins: []drift.Move{{Bin: "pro\t<!here>", Before: .31, After: .12}, {Bin: "basic", Before: .5, After: .66}}})
	balance := series("balance", 1, &evaluate.Movement{Bins: []drift.Move{{Bin: "null", Before: .002, After: .5, Special: true}}})
	calm := evaluate.Evidence{Kind: evaluate.Drift, Check: evaluate.DriftCheck, Feature: "calls", LogM: 1, Alert: 8}

	said := func(day int, evidence ...evaluate.Evidence) slackfake.Message {
		t.Helper()
		v.Status, v.Evidence = evaluate.Warning, append(evidence, calm)
		v.DriftTo = tick.Truncate(24*time.Hour).AddDate(0, 0, day)
		if _, err := w.run(p, tick.AddDate(0, 0, day), w.serving(), v); err != nil {
			t.Fatal(err)
		}
		messages := w.people.Messages(channel)
		if len(messages) != 1 {
			t.Fatalf("%d messages, want one that is edited", len(messages))
		}
		return messages[0]
	}
	howTenure := "*tenure*\nmedian 12.1 → 24.6 (10–90 %: 3 to 20 → 18 to above 31), psi 2.71, since 2026-09-13"
	howPlan := "*plan*\npro\t&lt;!here&gt;: 31 % → 12 %, basic: 50 % → 66 %, psi 2.71, since 2026-09-13"

	m := said(0, tenure, plan)
	want := []string{
		howPlan, howTenure, "*moved together*\nplan, tenure: alerted 2026-09-17",
		"*last window*\nby itself, to 2026-09-17, it shows 2 of 3 to differ: plan, tenure; the alarm is the evidence of all windows",
	}
	if diff := cmp.Diff(want, m.Fields); diff != "" {
		t.Error(diff)
	}
	table := `2026-09-17 00:10 plan, tenure moved away from the reference
` + "```" + `
input   before                          after                           measure   since
plan    pro &lt;!here&gt;: 31 %, basic: 50 %  pro &lt;!here&gt;: 12 %, basic: 66 %  psi 2.71  2026-09-13
tenure  12.1 (3 to 20)                  24.6 (18 to above 31)           psi 2.71  2026-09-13
` + "```"
	if diff := cmp.Diff(table, m.Thread[0].Text); diff != "" {
		t.Error(diff)
	}

	tenure.Listed, plan.Listed = false, false
	m = said(1, tenure, plan, balance)
	if want := "*moved together*\nplan, tenure: alerted 2026-09-17"; m.Fields[len(m.Fields)-1] != want {
		t.Errorf("%q, want %q", m.Fields[len(m.Fields)-1], want)
	}
	if want := "*balance*\nnull: 0.2 % → 50 %, psi 2.71, since 2026-09-14"; m.Fields[0] != want {
		t.Errorf("%q, want %q", m.Fields[0], want)
	}
	if len(m.Thread) != 2 || strings.Contains(m.Thread[1].Text, "tenure") || !strings.Contains(m.Thread[1].Text, "null: 50 %") {
		t.Errorf("thread %+v, want a table of what joined alone", m.Thread)
	}
	// It comes back: the message says what it had been, and that it is over.
	over := []evaluate.Evidence{tenure, plan, balance}
	for k := range over {
		over[k].Level, over[k].Moved, over[k].Peak, over[k].LogM = evaluate.None, nil, 0, 0
	}
	m = said(2, over...)
	if !strings.HasPrefix(m.Text, "🟢") || len(m.Fields) != 3 || m.Fields[1] != howPlan || m.Fields[2] != howTenure {
		t.Errorf("%s: %q", m.Text, m.Fields)
	}
}

// More inputs than a message can hold are counted, in the thread too.
func TestManyMovedInputsAreCounted(t *testing.T) {
	p, v, past := worse()
	v.Status, v.Evidence = evaluate.Warning, nil
	for k := range 26 {
		v.Evidence = append(v.Evidence, evaluate.Evidence{
			Kind: evaluate.Drift, Check: evaluate.DriftCheck, Feature: string(rune('a' + k)), LogM: 9, Alert: 8, Level: evaluate.Alerted, Since: tick,
			Moved: &evaluate.Movement{Check: "psi"},
		})
	}
	i := told(alerts.Decide(p, []evaluate.Verdict{v}, past, tick), alerts.ClassDrift)
	if i == nil || len(i.Facts) != 7 || i.Facts[5].Text != "21 inputs more: f, g, h, i, j and 16 more" {
		t.Fatalf("%+v", i)
	}
	lines := strings.Split(i.Timeline[0].Table, "\n")
	if len(lines) != 22 || lines[21] != "and 6 more" {
		t.Errorf("%d lines, the last %q", len(lines), lines[len(lines)-1])
	}
}
