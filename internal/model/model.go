// Package model holds the words everybody in driftd shares: which version of
// which model, and what kind of prediction it makes.
package model

import "fmt"

// Ref names one version of one model as the registry knows it. Version is the
// registry's text ("3"), never a run id: ingest resolves those.
type Ref struct {
	Name    string
	Version string
}

// String returns "churn@3", the form used in logs, errors and messages.
func (r Ref) String() string { return r.Name + "@" + r.Version }

// Task is what a model predicts. It decides which metrics make sense.
type Task int

// The zero Task is no task: a forgotten field must not look like a valid one.
const (
	_ Task = iota
	// Binary predicts one of two classes; score is the probability of the positive one, in [0,1].
	Binary
	// Multiclass predicts one of several classes.
	Multiclass
	// Regression predicts a number.
	Regression
)

var taskNames = map[Task]string{Binary: "binary", Multiclass: "multiclass", Regression: "regression"}

// String returns the task's name in configuration.
func (t Task) String() string {
	if s, ok := taskNames[t]; ok {
		return s
	}
	return fmt.Sprintf("Task(%d)", int(t))
}

// ParseTask reads a task's name as written in configuration.
func ParseTask(s string) (Task, error) {
	for t, name := range taskNames {
		if name == s {
			return t, nil
		}
	}
	return 0, fmt.Errorf("task %q: want binary, multiclass or regression", s)
}
