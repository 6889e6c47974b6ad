package gate

import (
	"math"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/driftd/driftd/evaluate"
)

// rows makes n rows of a version, every second one positive: the first ones are
// classified right, and of each class the first tied ones have one score between
// the others', so that the AUC is 1 - 2(tied/n)².
func rows(version string, n, right, tied int) evaluate.Matured {
	m := evaluate.Matured{Version: version, Predicted: uint64(n)}
	for i := range n {
		positive := i%2 == 0
		score := 0.3
		if positive {
			score = 0.7
		}
		if i/2 < tied {
			score = 0.5
		}
		m.ID, m.Score = append(m.ID, uint64(i)), append(m.Score, score)
		m.Correct, m.Positive = append(m.Correct, i < right), append(m.Positive, positive)
	}
	return m
}

// apart gives the rows other ids.
func apart(m evaluate.Matured) *evaluate.Matured {
	ids := make([]uint64, len(m.ID))
	for i, id := range m.ID {
		ids[i] = id + 1<<32
	}
	m.ID = ids
	return &m
}

func of(m evaluate.Matured) *evaluate.Matured { return &m }

// outcome is the decision in one line.
func outcome(d Decision) string { return string(d.Status) + ": " + d.Summary() }

func TestDecide(t *testing.T) {
	strict := Default()
	strict.Confidence = 0.95
	const passed, compared = "accuracy_threshold passed, auc_threshold passed, ", "accuracy_improvement passed, auc_improvement passed"
	for _, test := range []struct {
		name  string
		rules Rules
		rows  Rows
		want  string
	}{
		{"better than production", Default(), Rows{Candidate: rows("4", 1000, 900, 0), Production: of(rows("3", 1000, 880, 0))}, "passed: " + passed + compared},
		{"the same", Default(), Rows{Candidate: rows("4", 1000, 900, 0), Production: of(rows("3", 1000, 900, 0))}, "passed: " + passed + compared},
		{"at the least accuracy", Default(), Rows{Candidate: rows("4", 1000, 850, 0), Production: of(rows("3", 1000, 850, 0))}, "passed: " + passed + compared},
		{"one row below it", Default(), Rows{Candidate: rows("4", 1000, 849, 0), Production: of(rows("3", 1000, 849, 0))}, "failed: accuracy_threshold failed, auc_threshold passed, " + compared},
		{"one row worse than production", Default(), Rows{Candidate: rows("4", 1000, 899, 0), Production: of(rows("3", 1000, 900, 0))}, "failed: " + passed + "accuracy_improvement failed, auc_improvement passed"},
		{"auc below", Default(), Rows{Candidate: rows("4", 1000, 900, 500), Production: of(rows("3", 1000, 900, 500))}, "failed: accuracy_threshold passed, auc_threshold failed, " + compared},
		{"auc 0.01 lower exactly", Default(), Rows{Candidate: rows("4", 200, 180, 15), Production: of(rows("3", 200, 180, 5))}, "passed: " + passed + compared},
		{"auc 0.0116 lower", Default(), Rows{Candidate: rows("4", 200, 180, 16), Production: of(rows("3", 200, 180, 5))}, "failed: " + passed + "accuracy_improvement passed, auc_improvement failed"},
		{"nobody in production", Default(), Rows{Candidate: rows("4", 1000, 900, 0), Absent: "nobody"}, "passed: " + passed + "accuracy_improvement not applicable (nobody), auc_improvement not applicable (nobody)"},
		{"production should be there", Default(), Rows{Candidate: rows("4", 1000, 900, 0), Absent: "left out", Wanted: true}, "pending: " + passed + "accuracy_improvement pending (left out), auc_improvement pending (left out)"},
		{"few labels that grow", Default(), Rows{Candidate: rows("4", 199, 190, 0), Absent: "nobody", Growing: true}, "pending: accuracy_threshold pending (too few labels), auc_threshold pending (too few labels), accuracy_improvement not applicable (nobody), auc_improvement not applicable (nobody)"},
		{"enough of them", Default(), Rows{Candidate: rows("4", 200, 190, 0), Absent: "nobody", Growing: true}, "passed: " + passed + "accuracy_improvement not applicable (nobody), auc_improvement not applicable (nobody)"},
		{"production has few", Default(), Rows{Candidate: rows("4", 1000, 900, 0), Production: of(rows("3", 100, 90, 0)), Growing: true}, "pending: " + passed + "accuracy_improvement pending (too few labels), auc_improvement pending (too few labels)"},
		{"no rows", Default(), Rows{Absent: "nobody", Growing: true}, "pending: accuracy_threshold pending (too few labels), auc_threshold pending (too few labels), accuracy_improvement not applicable (nobody), auc_improvement not applicable (nobody)"},
		{"confident, clear", strict, Rows{Candidate: rows("4", 4000, 3800, 0), Production: of(rows("3", 4000, 3600, 0))}, "passed: " + passed + compared},
		{"confident, one row worse", strict, Rows{Candidate: rows("4", 1000, 899, 0), Production: of(rows("3", 1000, 900, 0))}, "pending: " + passed + "accuracy_improvement pending (the interval holds the limit), auc_improvement passed"},
		{"confident, much worse", strict, Rows{Candidate: rows("4", 1000, 900, 0), Production: of(rows("3", 1000, 990, 0))}, "failed: " + passed + "accuracy_improvement failed, auc_improvement passed"},
		{"confident, near the threshold", strict, Rows{Candidate: rows("4", 1000, 860, 0), Absent: "nobody"}, "pending: accuracy_threshold pending (the interval holds the limit), auc_threshold passed, accuracy_improvement not applicable (nobody), auc_improvement not applicable (nobody)"},
		{"on other requests, better", strict, Rows{Candidate: rows("4", 4000, 3800, 0), Production: apart(rows("3", 4000, 3600, 0))}, "passed: " + passed + compared},
	} {
		t.Run(test.name, func(t *testing.T) {
			if diff := cmp.Diff(test.want, outcome(Decide(test.rules, test.rows))); diff != "" {
				t.Errorf("decision (-want +got):\n%s", diff)
			}
		})
	}
}

func TestOneClassIsPending(t *testing.T) {
	m := rows("4", 1000, 1000, 0)
	for i := range m.Positive {
		m.Positive[i] = false
	}
	d := Decide(Default(), Rows{Candidate: m, Production: of(m)})
	if d.Status != Pending || d.Rules[1].Reason != oneClass || d.Rules[3].Reason != oneClass {
		t.Errorf("%s", outcome(d))
	}
	if _, ok := d.Metrics()["val_auc"]; ok {
		t.Error("an auc that is undefined became a metric")
	}
}

// Of requests that both scored, only these are compared; without enough of them,
// each is measured on its own.
func TestPairing(t *testing.T) {
	candidate, production := rows("4", 1000, 900, 0), rows("3", 600, 600, 0)
	d := Decide(Default(), Rows{Candidate: candidate, Production: of(production), Growing: true})
	if !d.Paired || d.Candidate.Labels != 600 || d.Production.Labels != 600 {
		t.Errorf("paired %t on %d and %d labels, want the common 600", d.Paired, d.Candidate.Labels, d.Production.Labels)
	}
	d = Decide(Default(), Rows{Candidate: candidate, Production: apart(production), Growing: true})
	if d.Paired || d.Candidate.Labels != 1000 || d.Production.Labels != 600 {
		t.Errorf("paired %t on %d and %d labels, want 1000 and 600 apart", d.Paired, d.Candidate.Labels, d.Production.Labels)
	}
}

func TestMetricsAreThoseOfTheHandbooks(t *testing.T) {
	d := Decide(Default(), Rows{Candidate: rows("4", 1000, 849, 0), Production: of(rows("3", 1000, 900, 0))})
	want := map[string]float64{
		"val_accuracy": 0.849, "val_auc": 1, "prod_accuracy": 0.9, "prod_auc": 1,
		"validation_accuracy_threshold": 0, "validation_auc_threshold": 1, "validation_accuracy_improvement": 0, "validation_auc_improvement": 1,
	}
	if diff := cmp.Diff(want, d.Metrics()); diff != "" {
		t.Errorf("metrics (-want +got):\n%s", diff)
	}
}

// The summary is a tag, written on change: numbers would change it all the time.
func TestSummaryStaysWhileTheOutcomesDo(t *testing.T) {
	a := Decide(Default(), Rows{Candidate: rows("4", 1000, 900, 0), Production: of(rows("3", 1000, 900, 0)), Growing: true})
	b := Decide(Default(), Rows{Candidate: rows("4", 1200, 1100, 0), Production: of(rows("3", 1200, 1090, 0)), Growing: true})
	if a.Summary() != b.Summary() || strings.ContainsAny(a.Summary(), "0123456789") {
		t.Errorf("%q, then %q", a.Summary(), b.Summary())
	}
}

// However many looks there are, together they err no more than one may.
func TestLooksShareTheError(t *testing.T) {
	rules := Default()
	rules.Confidence = 0.95
	sum := 0.0
	for n := 1; n <= 1000; n++ {
		sum += 1 - rules.AtLook(n).Confidence
	}
	if want := 0.05 * (1 - 1/1001.); math.Abs(sum-want) > 1e-9 {
		t.Errorf("a thousand looks may err %g, want %g", sum, want)
	}
	if got := Default().AtLook(9).Confidence; got != 0 {
		t.Errorf("values decide, yet confidence is %g", got)
	}
}
