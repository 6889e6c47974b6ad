package config

import (
	"fmt"
	"maps"
	"math"
	"slices"
	"strings"

	"github.com/driftd/driftd/evaluate"
	"github.com/driftd/driftd/evaluate/performance"
	"github.com/driftd/driftd/internal/model"
)

// live checks the live-performance part.
func (c checker) live(path string, m modelSection, task model.Task) evaluate.LivePolicy {
	p, at := m.Performance, path+".performance"
	if m.Labels.Minimum < 1 {
		c.problem(path+".labels.minimum", "%d: give at least 1 label per block", m.Labels.Minimum)
	}
	coverage := c.coverage(path+".labels", m.Labels, task)
	if p == nil {
		return evaluate.LivePolicy{Block: m.Block, MinLabels: m.Labels.Minimum, Coverage: coverage}
	}
	if m.Labels.Maturity == 0 {
		c.problem(path+".labels.maturity", "missing: performance needs to know after how long a label can be relied on, such as 72h")
	}
	if task != 0 {
		c.metrics(at, p, performance.Of(task.String()))
		c.demoting(path, m, task)
	}
	c.oneOf(at+".evidence", p.Evidence, "paired", "absolute")
	if p.Evidence == "absolute" && m.Act.Mode != "observe" {
		c.warn(at+".evidence", "absolute evidence may demote: a season that is hard for every version looks like a worse model")
	}
	if auc := p.Floor["auc"]; auc > 0 && auc < 0.5 {
		c.warn(at+".floor.auc", "%g: guessing has an auc of 0.5", auc)
	}
	if accuracy := p.Floor["accuracy"]; task == model.Binary && accuracy > 0 && accuracy < 0.5 {
		c.warn(at+".floor.accuracy", "%g: guessing between two classes reaches 0.5", accuracy)
	}
	return evaluate.LivePolicy{
		Metrics: p.Metrics, Block: m.Block, MinLabels: m.Labels.Minimum, Coverage: coverage,
		Tolerate: p.Tolerate, Floor: p.Floor, Absolute: p.Evidence == "absolute",
	}
}

// What a prediction is whose outcome never came.
const (
	absentUnknown  = "unknown"
	absentNegative = "negative"
)

// coverage checks what missing labels mean and returns the share that must be there.
func (c checker) coverage(at string, l labelsSection, task model.Task) float64 {
	if c.oneOf(at+".absent", l.Absent, absentUnknown, absentNegative) && l.Absent == absentNegative {
		switch {
		case task != 0 && task != model.Binary:
			c.problem(at+".absent", "%q: only a binary model has a negative class, this one is a %s: remove it", l.Absent, task)
		case l.Maturity == 0:
			c.problem(at+".absent", "%q: labels.maturity is missing: say after how long an outcome will not come any more, such as 720h", l.Absent)
		}
	}
	if *l.Coverage < 0 || *l.Coverage > 1 {
		c.problem(at+".coverage", "%g: a share lies between 0 and 1%s", *l.Coverage, percent(*l.Coverage))
	}
	return *l.Coverage
}

func (c checker) metrics(at string, p *performanceSection, known []performance.Metric) {
	if len(p.Metrics) == 0 {
		c.problem(at+".metrics", "none: name at least one, or remove the key")
	}
	names := make([]string, len(known))
	byName := map[string]performance.Metric{}
	for i, metric := range known {
		names[i], byName[metric.Name] = metric.Name, metric
	}
	for i, name := range p.Metrics {
		c.oneOf(fmt.Sprintf("%s.metrics[%d]", at, i), name, names...)
	}
	c.distinct(at+".metrics", p.Metrics)
	for _, bounds := range []struct {
		path   string
		values map[string]float64
		margin bool // 0 is a useful value; of a loss without an end, a share of it
	}{{at + ".tolerate", p.Tolerate, true}, {at + ".floor", p.Floor, false}} {
		for _, name := range slices.Sorted(maps.Keys(bounds.values)) {
			value, at := bounds.values[name], join(bounds.path, name)
			switch metric := byName[name]; {
			case !c.chosen(at, name, names, p.Metrics, "metrics"):
			case metric.Weight == performance.Shown:
				c.problem(at, "%s is shown only, nothing is held to it: remove this", name)
			case metric.Endless() && !bounds.margin:
				if value <= 0 || math.IsInf(value, 1) {
					c.problem(at, "%g: give the largest %s that is accepted, above 0", value, name)
				}
			case value < 0 || value == 0 && !bounds.margin:
				c.problem(at, "%g: %s lies between 0 and 1: give a positive share", value, subject(metric))
			case value >= 1:
				c.problem(at, "%g: %s lies between 0 and 1: give less than 1%s", value, subject(metric), percent(value))
			}
		}
	}
}

// subject names what a margin or floor is of.
func subject(m performance.Metric) string {
	if m.Endless() {
		return "the tolerated share of the baseline's " + m.Name
	}
	return m.Name
}

// demoting warns where something shall be done that no metric can ask for.
func (c checker) demoting(path string, m modelSection, task model.Task) {
	may := func(name string) bool {
		metric, _ := performance.Lookup(name)
		return metric.Weight == performance.Demotes
	}
	if m.Act.Mode == "observe" || m.Performance == nil || slices.ContainsFunc(m.Performance.Metrics, may) {
		return
	}
	var names []string
	for _, metric := range performance.Of(task.String()) {
		if may(metric.Name) {
			names = append(names, metric.Name)
		}
	}
	remedy := "of " + task.String() + " models none does"
	if len(names) > 0 {
		remedy = "add " + strings.Join(names, " or ")
	}
	c.warn(path+".act.mode", "%q: no metric may demote: %s", m.Act.Mode, remedy)
}
