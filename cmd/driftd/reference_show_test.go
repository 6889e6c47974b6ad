package main

import (
	"bytes"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/driftd/driftd/drift"
	"github.com/driftd/driftd/evaluate"
	"github.com/driftd/driftd/evaluate/performance"
	"github.com/driftd/driftd/internal/config"
	"github.com/driftd/driftd/internal/model"
	"github.com/driftd/driftd/internal/terminal"
)

func TestReferenceShowSaysWhereItComesFrom(t *testing.T) {
	at := func(day int) time.Time { return time.Date(2026, time.September, day, 0, 0, 0, 0, time.UTC) }
	m := config.Model{Policy: evaluate.Policy{
		Model: "churn", Drift: evaluate.DriftPolicy{Window: 24 * time.Hour, Measures: []string{"psi"}}, Budgets: evaluate.Budgets{DriftAlerts: 2},
		Features: []evaluate.Feature{{Name: "tenure", Kind: drift.Numeric}},
	}}
	class := drift.NewCategorical(map[string]uint64{"0": 600, "1": 400})
	baseline := evaluate.Reference{
		ID: "0123456789ab", Ref: model.Ref{Name: "churn", Version: "3"}, Source: evaluate.SourceBaseline, Rows: 1000, PinnedAt: at(3), Since: at(2),
		Series: []evaluate.ReferenceSeries{{
			Name: evaluate.ClassSeries, Layout: class, Counts: class.CountTexts([]string{"0", "1"}, []uint64{600, 400}), Variation: map[string]drift.Variation{"psi": {}},
		}},
		Baselines: map[string]performance.Estimate{"auc": performance.Stated("auc", 0.91, 0.9, 0.92, 5000, false)},
	}
	passed := baseline
	passed.Source, passed.From, passed.To, passed.Unused = evaluate.SourceFirstDays, at(1), at(3), "the baseline cannot be used: rows: 3: want 1000"
	for name, c := range map[string]struct {
		ref  evaluate.Reference
		want []string
		not  string
	}{
		"baseline": {baseline, []string{
			"1000 rows that it was trained on, from – to – (baseline), pinned at 2026-09-03 00:00 UTC",
			"Not compared, as the reference does not have them: (score), tenure.", "on held-out rows, as its baseline states it", "0.9100",
			"unknown (0)", "a baseline with blocks",
		}, "label coverage"},
		"passed over": {passed, []string{
			"1000 predictions from 2026-09-01 00:00 to 2026-09-03 00:00 (first_days)", "It has a baseline that is not used: the baseline cannot be used: rows: 3",
			"a longer reference is the cure",
		}, "held-out"},
	} {
		var out bytes.Buffer
		showReference(terminal.New(&out), m, c.ref)
		text := strings.Join(strings.Fields(out.String()), " ")
		for _, want := range c.want {
			if !strings.Contains(text, want) {
				t.Errorf("%s: no %q in:\n%s", name, want, &out)
			}
		}
		if strings.Contains(text, c.not) {
			t.Errorf("%s: %q in:\n%s", name, c.not, &out)
		}
	}
	var out bytes.Buffer
	listReferences(terminal.New(&out), []evaluate.Reference{baseline})
	if strings.Contains(out.String(), "0001-01-01") || !strings.Contains(out.String(), "baseline") {
		t.Errorf("list:\n%s", &out)
	}
}

func TestReferenceShowSaysHowLongItsWindowsAre(t *testing.T) {
	known := func(r1 float64) []evaluate.ReferenceSeries {
		return []evaluate.ReferenceSeries{{Variation: map[string]drift.Variation{"psi": {K: drift.MinBlocks, R1: r1}}}}
	}
	for name, c := range map[string]struct {
		window time.Duration
		ref    evaluate.Reference
		want   string
	}{
		"stated":      {24 * time.Hour, evaluate.Reference{Window: 24 * time.Hour}, "Its windows are of 24h."},
		"from before": {72 * time.Hour, evaluate.Reference{}, "Its windows are of 72h."},
		"since changed": {72 * time.Hour, evaluate.Reference{Window: 24 * time.Hour},
			"Its windows are of 24h; drift.window is 72h now, which holds for references from now on: see driftd reference accept."},
		"chosen": {evaluate.AutoWindow, evaluate.Reference{Window: 24 * time.Hour, Auto: true, Series: known(0.1)},
			"Its windows are of 24h, the shortest whose natural variation is usable: of 100 % of series and measures."},
		"none will do": {evaluate.AutoWindow, evaluate.Reference{Window: 72 * time.Hour, Auto: true, Series: known(0.4)},
			"Its windows are of 72h, and resemble those before at every length: of 0 % of series and measures natural variation is usable. A longer reference helps."},
	} {
		p := evaluate.Policy{Bucket: time.Hour, Drift: evaluate.DriftPolicy{Window: c.window}}
		if got := windowsOf(p, c.ref); got != c.want {
			t.Errorf("%s: %q, want %q", name, got, c.want)
		}
	}
	taken := evaluate.Reference{Source: evaluate.SourceVersion, Of: "3"}
	if got := source(taken); got != "version 3" {
		t.Errorf("source %q", got)
	}
}

func TestStatusSaysWhatIsWrongWithTheReference(t *testing.T) {
	v := evaluate.Verdict{Ref: model.Ref{Name: "churn", Version: "3"}, ReferenceID: "a"}
	known := []evaluate.ReferenceSeries{{Variation: map[string]drift.Variation{"psi": {K: drift.MinBlocks}}}}
	for name, c := range map[string]struct {
		ref  evaluate.Reference
		want []string
	}{
		"well":              {evaluate.Reference{ID: "a", Series: known}, nil},
		"of another moment": {evaluate.Reference{ID: "b"}, nil},
		"variation unknown": {evaluate.Reference{ID: "a"}, []string{"churn@3: how much its honest windows differ is unknown"}},
		"no window will do": {evaluate.Reference{ID: "a", Auto: true, Series: []evaluate.ReferenceSeries{{Variation: map[string]drift.Variation{"psi": {K: 8, R1: 0.5}}}}}, []string{"churn@3: its windows resemble"}},
		"baseline unused":   {evaluate.Reference{ID: "a", Series: known, Unused: "rows"}, []string{"churn@3: its baseline is not used"}},
	} {
		got := onReference(v, c.ref)
		if len(got) != len(c.want) || !slices.EqualFunc(got, c.want, strings.HasPrefix) {
			t.Errorf("%s: %q, want %q", name, got, c.want)
		}
	}
}
