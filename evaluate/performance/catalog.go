package performance

import (
	"math"
	"slices"
)

// Direction says which values of a metric are good.
type Direction string

// The directions.
const (
	Higher Direction = "higher"
	Lower  Direction = "lower"
	Zero   Direction = "zero" // as near to 0 as can be
)

// Tasks, named as in configuration.
const (
	Binary     = "binary"
	Multiclass = "multiclass"
	Regression = "regression"
)

// Metric is what there is to know of a metric beside its formula.
type Metric struct {
	Name        string
	Tasks       []string
	Better      Direction
	Least, Most float64 // its range; infinite where it has no end
	Default     bool    // measured unless the configuration names others
	Weight      Weight
	// Tolerance is the default margin of evidence; that of a loss without an end is a
	// share of its baseline.
	Tolerance float64
}

// Weight says what may follow from a metric.
type Weight int

// The weights. A metric that is no mean of rows between bounds, or of rows that can be
// clipped, has no evidence.
const (
	Shown   Weight = iota // a value and its interval
	Pages                 // evidence that warns and pages
	Demotes               // evidence that may demote, beside
)

// Catalog lists the live metrics, by task and then as they are shown.
var Catalog = []Metric{
	{"accuracy", []string{Binary, Multiclass}, Higher, 0, 1, true, Demotes, 0.01},
	{"auc", []string{Binary}, Higher, 0, 1, true, Demotes, 0.01},
	{"brier", []string{Binary}, Lower, 0, 1, true, Demotes, 0.005},
	{"precision", []string{Binary}, Higher, 0, 1, false, Pages, 0.02},
	{"recall", []string{Binary}, Higher, 0, 1, false, Pages, 0.02},
	{"specificity", []string{Binary}, Higher, 0, 1, false, Pages, 0.02},
	{"f1", []string{Binary}, Higher, 0, 1, false, Pages, 0.02},
	{"log_loss", []string{Binary}, Lower, 0, math.Inf(1), false, Pages, 0.05},
	{"average_precision", []string{Binary}, Higher, 0, 1, false, Shown, 0},
	{"ece", []string{Binary}, Lower, 0, 1, false, Shown, 0},
	{"macro_f1", []string{Multiclass}, Higher, 0, 1, false, Shown, 0},
	{"weighted_f1", []string{Multiclass}, Higher, 0, 1, false, Shown, 0},
	{"macro_auc", []string{Multiclass}, Higher, 0, 1, false, Shown, 0},
	{"weighted_auc", []string{Multiclass}, Higher, 0, 1, false, Shown, 0},
	{"mae", []string{Regression}, Lower, 0, math.Inf(1), true, Pages, 0.05},
	{"rmse", []string{Regression}, Lower, 0, math.Inf(1), false, Shown, 0},
	{"mape", []string{Regression}, Lower, 0, math.Inf(1), false, Shown, 0},
	{"r2", []string{Regression}, Higher, math.Inf(-1), 1, false, Shown, 0},
	{"bias", []string{Regression}, Zero, math.Inf(-1), math.Inf(1), false, Shown, 0},
}

// Lookup finds a metric of [Catalog] by name.
func Lookup(name string) (Metric, bool) {
	for _, m := range Catalog {
		if m.Name == name {
			return m, true
		}
	}
	return Metric{}, false
}

// Of lists the metrics of a task in the order of [Catalog].
func Of(task string) []Metric {
	var of []Metric
	for _, m := range Catalog {
		if slices.Contains(m.Tasks, task) {
			of = append(of, m)
		}
	}
	return of
}

// Endless says whether the metric is a loss without an end.
func (m Metric) Endless() bool { return m.Better == Lower && math.IsInf(m.Most, 1) }

// Statable says whether what somebody else measured can be a baseline, see [Stated]:
// the metric has evidence and lies in [0, 1], so that nothing needs to be clipped.
func (m Metric) Statable() bool { return m.Weight != Shown && m.Least == 0 && m.Most == 1 }
