package decode

import (
	"fmt"

	"github.com/driftd/driftd/internal/model"
)

// FeatureKind is how a declared feature is stored and compared.
type FeatureKind int

// The zero kind is none: a forgotten field must not look like a valid one.
const (
	_ FeatureKind = iota
	// Number is a float64; booleans arrive as 0 and 1.
	Number
	// Category is a text with few distinct values; numbers and booleans arrive as
	// their text.
	Category
	// Timestamp is a moment: what is stored is its age at the prediction, in days.
	// Moments themselves move on with every day.
	Timestamp
)

// String returns the kind's name in configuration.
func (k FeatureKind) String() string {
	switch k {
	case Number:
		return "number"
	case Category:
		return "category"
	case Timestamp:
		return "timestamp"
	}
	return fmt.Sprintf("FeatureKind(%d)", int(k))
}

// Numeric says whether features of the kind are stored and compared as numbers.
func (k FeatureKind) Numeric() bool { return k == Number || k == Timestamp }

// Feature is one declared input of a model.
type Feature struct {
	Name string
	Kind FeatureKind
}

// Model is what ingest must know of a model to decode its events: an event of
// a model that is not declared becomes a reject.
type Model struct {
	Name     string
	Task     model.Task
	Features []Feature // order of the typed columns in Predictions
	Segments []string  // declared segment keys, typed columns too
	Classes  []string  // of a multiclass model: those whose scores are stored, typed columns too
}

// Check says what is wrong with the declaration, if anything.
func (m Model) Check() error {
	if m.Name == "" || len(m.Name) > maxName {
		return fmt.Errorf("model %q: the name needs 1 to %d bytes", m.Name, maxName)
	}
	switch m.Task {
	case model.Binary, model.Multiclass, model.Regression:
	default:
		return fmt.Errorf("model %q: task %s: want binary, multiclass or regression", m.Name, m.Task)
	}
	seen := map[string]bool{}
	for _, f := range m.Features {
		if !f.Kind.Numeric() && f.Kind != Category {
			return fmt.Errorf("model %q: feature %q: kind %s: want number, category or timestamp", m.Name, f.Name, f.Kind)
		}
		if f.Name == "" || seen[f.Name] {
			return fmt.Errorf("model %q: feature %q: names must be present and differ", m.Name, f.Name)
		}
		seen[f.Name] = true
	}
	clear(seen)
	if len(m.Classes) > 0 && m.Task != model.Multiclass {
		return fmt.Errorf("model %q: classes of a %s model: only multiclass models have a score of each class", m.Name, m.Task)
	}
	for _, class := range m.Classes {
		if class == "" || seen[class] {
			return fmt.Errorf("model %q: class %q: names must be present and differ", m.Name, class)
		}
		seen[class] = true
	}
	clear(seen)
	for _, s := range m.Segments {
		if s == "" || seen[s] {
			return fmt.Errorf("model %q: segment %q: keys must be present and differ", m.Name, s)
		}
		seen[s] = true
	}
	return nil
}
