package registry

import "time"

// Run is something that was measured, as a tracking server keeps it.
type Run struct {
	Experiment string // by name; made when it is not there
	Name       string
	At         time.Time
	Params     map[string]string // values are cut to MaxParam characters
	Metrics    map[string]float64
}

// MaxParam is the length to which values of parameters are cut, in characters.
const MaxParam = 500

// Param returns a parameter's value as it is stored.
func Param(value string) string { return cut(value, MaxParam) }
