package config

import (
	"fmt"
	"maps"
	"math"
	"slices"

	"github.com/driftd/driftd/drift"
)

// qualityChecks names the checks of data quality, or those that are on by
// default: those of a series, then those of the stream.
func qualityChecks(defaults bool) []string {
	var names []string
	for _, m := range drift.Catalog {
		if m.Quality() && (m.Default || !defaults) {
			names = append(names, m.Name)
		}
	}
	for _, s := range drift.Stream {
		names = append(names, s.Name)
	}
	return names
}

// quality checks what is watched of the quality of data; an empty list is none.
func (c checker) quality(path string, m modelSection) {
	at, known := path+".quality", qualityChecks(false)
	for i, name := range m.Quality.Checks {
		c.oneOf(fmt.Sprintf("%s.checks[%d]", at, i), name, known...)
	}
	c.distinct(at+".checks", m.Quality.Checks)
	for _, name := range slices.Sorted(maps.Keys(m.Quality.Tolerate)) {
		value, at := m.Quality.Tolerate[name], join(at+".tolerate", name)
		switch {
		case !c.chosen(at, name, known, m.Quality.Checks, "checks"):
		case value < 0:
			c.problem(at, "%g: a tolerance is 0 or more", value)
		case value >= mostOf(name):
			c.problem(at, "%g: %s lies between 0 and 1: give less than 1%s", value, name, percent(value))
		}
	}
}

// mostOf returns the upper end of what a measure or check may say, +Inf when it
// has none.
func mostOf(name string) float64 {
	switch m, err := drift.Lookup(name); {
	case err == nil:
		return m.Most
	case name == drift.Rejects:
		return 1
	}
	return math.Inf(1)
}
