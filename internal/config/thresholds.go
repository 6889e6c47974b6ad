package config

import (
	"fmt"
	"maps"
	"slices"
	"time"

	"github.com/driftd/driftd/drift"
	"github.com/driftd/driftd/evaluate"
	"github.com/driftd/driftd/registry"
)

// stretches checks the grid that event time is cut into: it starts at
// midnight UTC, and coarser stretches are made of whole finer ones.
func (c checker) stretches(path string, m modelSection) {
	if !c.positive(path+".bucket", m.Bucket) {
		return
	}
	if m.Bucket < time.Minute {
		c.problem(path+".bucket", "%s: give at least 1m", formatDuration(m.Bucket))
		return
	}
	c.grid(path+".bucket", m.Bucket)
	for _, s := range []struct {
		path   string
		length time.Duration
	}{{path + ".drift.window", m.grid()}, {path + ".block", m.Block}} {
		if !c.positive(s.path, s.length) {
			continue
		}
		if s.length%m.Bucket != 0 {
			c.problem(s.path, "%s: must be a multiple of bucket, which is %s; the next is %s", formatDuration(s.length),
				formatDuration(m.Bucket), formatDuration(s.length-s.length%m.Bucket+m.Bucket))
			continue
		}
		c.grid(s.path, s.length)
	}
	c.notNegative(path+".lateness", m.Lateness)
	c.notNegative(path+".labels.maturity", m.Labels.Maturity)
}

// grid is what references are aligned to: drift windows, or days where they
// choose their own.
func (m modelSection) grid() time.Duration {
	if d := time.Duration(m.Drift.Window); d != evaluate.AutoWindow {
		return d
	}
	return max(m.Bucket, day)
}

func (c checker) grid(path string, d time.Duration) {
	if day%d != 0 && d%day != 0 {
		c.problem(path, "%s: must divide a day or be whole days, such as 15m, 1h, 6h, 24h or 168h", formatDuration(d))
	}
}

func (c checker) positive(path string, d time.Duration) bool {
	if d <= 0 {
		c.problem(path, "%s: give more than 0", formatDuration(d))
	}
	return d > 0
}

func (c checker) notNegative(path string, d time.Duration) {
	if d < 0 {
		c.problem(path, "%s: give 0 or more", formatDuration(d))
	}
}

// reference checks the stated window. Drift windows follow on it, so it must
// end where one of them does.
func (c checker) reference(path string, m modelSection) {
	r, at := m.Reference, path+".reference"
	c.other(at, r)
	if r.FirstDays < 1 || r.FirstDays > 3660 {
		c.problem(at+".first_days", "%d: give 1 to 3660 days", r.FirstDays)
	}
	switch {
	case r.From.IsZero() && r.To.IsZero():
		return
	case r.From.IsZero() || r.To.IsZero():
		// One that could not be read has its own problem.
		if !c.given(at+".from") || !c.given(at+".to") {
			c.problem(at, "give both from and to, or neither")
		}
		return
	case !r.To.After(r.From):
		c.problem(at+".to", "%s: must be after from, which is %s", r.To.Format(time.RFC3339), r.From.Format(time.RFC3339))
		return
	}
	step := m.grid()
	if step <= 0 || day%step != 0 && step%day != 0 {
		return
	}
	for _, end := range []struct {
		path string
		time time.Time
	}{{at + ".from", r.From}, {at + ".to", r.To}} {
		if rest := time.Duration(end.time.UnixNano()) % step; rest != 0 {
			c.problem(end.path, "%s: must be where a drift window of %s begins: use %s", end.time.Format(time.RFC3339),
				formatDuration(step), end.time.Add(-rest).Format(time.RFC3339))
		}
	}
	if windows := r.To.Sub(r.From) / step; windows < 8 {
		c.warn(at, "holds %d windows: natural variation is only known from 8 on, so that drift alerts rest on the tolerances alone", windows)
	}
}

// other checks the name of the version whose reference the others take.
func (c checker) other(at string, r referenceSection) {
	if r.Version == "" || r.Version == evaluate.ServingVersion {
		return
	}
	if _, err := registry.ParseID(r.Version); err != nil {
		c.problem(at+".version", "%q: write serving, or a version as the registry counts them, such as \"3\"", short(r.Version))
	}
}

func (c checker) drift(path string, m modelSection) {
	at := path + ".drift"
	var known []string
	for _, measure := range drift.Catalog {
		if !measure.Quality() {
			known = append(known, measure.Name)
		}
	}
	if len(m.Drift.Measures) == 0 {
		c.problem(at+".measures", "none: name at least one, or remove the key")
	}
	for i, name := range m.Drift.Measures {
		if at := fmt.Sprintf("%s.measures[%d]", at, i); evaluate.DataCheck(name) {
			c.problem(at, "%q is of the quality of data: name it among quality.checks, where it is on by default", name)
		} else {
			c.oneOf(at, name, known...)
		}
	}
	c.distinct(at+".measures", m.Drift.Measures)
	for i, name := range m.Drift.Compare {
		path := fmt.Sprintf("%s.compare[%d]", at, i)
		if c.oneOf(path, name, evaluate.Trailing...) && name == evaluate.SameHours && m.Bucket > day {
			c.problem(path, "%s: a bucket of %s has no same hours a week before: give bucket as 24h or less, or write %s", name, formatDuration(m.Bucket), evaluate.Previous)
		}
	}
	c.distinct(at+".compare", m.Drift.Compare)
	for _, name := range slices.Sorted(maps.Keys(m.Drift.Tolerate)) {
		value, at := m.Drift.Tolerate[name], join(at+".tolerate", name)
		switch {
		case !c.chosen(at, name, known, m.Drift.Measures, "measures"):
		case value < 0:
			c.problem(at, "%g: a tolerance is 0 or more", value)
		case value >= mostOf(name):
			c.problem(at, "%g: %s lies between 0 and 1: give less than 1%s", value, name, percent(value))
		case value > 10:
			c.problem(at, "%g: %s beyond 10 never happens: give a smaller tolerance, such as 0.1", value, name)
		}
	}
}

// chosen notes a threshold for something that is unknown or switched off.
func (c checker) chosen(path, name string, known, chosen []string, list string) bool {
	if !slices.Contains(known, name) {
		c.problem(path, "%q: %s", short(name), suggest(name, known))
		return false
	}
	if !slices.Contains(chosen, name) {
		c.problem(path, "%q is not among %s: add it there or remove this", name, list)
		return false
	}
	return true
}

// percent guesses that a number above 1 was meant as a percentage.
func percent(value float64) string {
	if value > 1 && value <= 100 {
		return fmt.Sprintf(", such as %g", value/100)
	}
	return ""
}

// budgets are rates of false alarms: a demotion must not be cheaper than a page.
func (c checker) budgets(path string, b budgetsSection) {
	at := path + ".budgets"
	for _, r := range []struct {
		name string
		rate float64
	}{{"demotions_per_year", b.Demotions}, {"pages_per_year", b.Pages}, {"drift_alerts_per_year", b.DriftAlerts}, {"data_alerts_per_year", b.DataAlerts}} {
		if r.rate <= 0 || r.rate > 365 {
			c.problem(at+"."+r.name, "%g: give more than 0 and at most 365 false alarms a year", r.rate)
		}
	}
	if b.Demotions > b.Pages {
		c.problem(at+".demotions_per_year", "%g: must not exceed pages_per_year, which is %g", b.Demotions, b.Pages)
	}
}
