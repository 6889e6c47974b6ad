package config

import (
	"maps"
	"slices"
	"strings"

	"github.com/driftd/driftd/evaluate/gate"
	"github.com/driftd/driftd/internal/model"
	"github.com/driftd/driftd/registry"
)

// Gate is how versions of a model are validated before promotion.
type Gate struct {
	Rules      gate.Rules
	Experiment string // where runs are recorded
	Challenger string // alias of a version that is validated again and again
	Watch      bool   // the file has the section: the daemon validates on its own
}

type validateSection struct {
	Accuracy   float64            `mapstructure:"accuracy"`
	AUC        float64            `mapstructure:"auc"`
	Tolerate   map[string]float64 `mapstructure:"tolerate"`
	Minimum    int                `mapstructure:"minimum"`
	Confidence float64            `mapstructure:"confidence"`
	Experiment string             `mapstructure:"experiment"`
	Challenger string             `mapstructure:"challenger"`
}

func defaultValidate() validateSection {
	r := gate.Default()
	return validateSection{Accuracy: r.Accuracy, AUC: r.AUC, Minimum: r.Labels, Experiment: "Default", Challenger: "challenger"}
}

// complete fills in the tolerances that are not stated.
func (s *validateSection) complete() {
	r := gate.Default()
	fill(&s.Tolerate, []string{"accuracy", "auc"}, map[string]float64{"accuracy": r.TolerateAccuracy, "auc": r.TolerateAUC})
}

// gate checks the validate section; what it does not say has its default.
func (c checker) gate(path string, m modelSection, task model.Task, serving registry.Slot) Gate {
	s, at := defaultValidate(), path+".validate"
	if m.Validate != nil {
		s = *m.Validate
		c.watched(at, m, task)
	}
	s.complete()
	for _, least := range []struct {
		name  string
		value float64
	}{{"accuracy", s.Accuracy}, {"auc", s.AUC}} {
		if least.value < 0 || least.value > 1 {
			c.problem(at+"."+least.name, "%g: %s lies between 0 and 1%s", least.value, least.name, percent(least.value))
		}
	}
	for _, name := range slices.Sorted(maps.Keys(s.Tolerate)) {
		value, at := s.Tolerate[name], join(at+".tolerate", name)
		if c.oneOf(at, name, "accuracy", "auc") && (value < 0 || value >= 1) {
			c.problem(at, "%g: a tolerance is 0 or more and less than 1%s", value, percent(value))
		}
	}
	if s.Minimum < 1 {
		c.problem(at+".minimum", "%d: give at least 1 label", s.Minimum)
	}
	switch exact := s.Tolerate["accuracy"] == 0 || s.Tolerate["auc"] == 0; {
	case s.Confidence == 0:
	case s.Confidence <= 0.5 || s.Confidence >= 1:
		c.problem(at+".confidence", "%g: give more than 0.5 and less than 1, such as 0.95, or 0 to let the values decide%s", s.Confidence, percent(s.Confidence))
	case exact:
		c.warn(at+".tolerate", "0 with a confidence: a version that is exactly as good stays pending for ever: give such as {accuracy: 0.01, auc: 0.01}")
	}
	if strings.TrimSpace(s.Experiment) == "" {
		c.problem(at+".experiment", "%q: name an experiment, such as Default", s.Experiment)
	}
	challenger := registry.Slot{Kind: registry.Alias, Name: s.Challenger}
	if err := challenger.Validate(); err != nil {
		c.problem(at+".challenger", "%v", err)
	} else if challenger == serving {
		c.problem(at+".challenger", "%q: is the serving alias itself: name another", s.Challenger)
	}
	return Gate{
		Rules: gate.Rules{
			Accuracy: s.Accuracy, AUC: s.AUC, TolerateAccuracy: s.Tolerate["accuracy"], TolerateAUC: s.Tolerate["auc"],
			Labels: s.Minimum, Confidence: s.Confidence,
		},
		Experiment: s.Experiment, Challenger: s.Challenger, Watch: m.Validate != nil,
	}
}

// watched checks what the daemon needs to validate on its own.
func (c checker) watched(at string, m modelSection, task model.Task) {
	if task != 0 && task != model.Binary {
		c.problem(at, "%s models have no score to validate: remove the section", task)
	} else if m.Labels.Maturity == 0 {
		c.problem(at, "labels.maturity is missing: say after how long a label can be relied on, such as 72h, or remove the section")
	}
}
