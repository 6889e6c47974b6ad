package decode

import (
	"fmt"
	"maps"
	"slices"
	"strings"
)

// Kind is what the messages of a topic become.
type Kind int

// The kinds of events.
const (
	Predictions Kind = iota
	Outcomes
)

// Mapping says where the fields of an event stand in the records of a topic.
// The zero value is the preset driftd.
type Mapping struct {
	Preset        string              `mapstructure:"preset"`         // what the following keys amend; "" is driftd
	Root          Pointer             `mapstructure:"root"`           // where all pointers begin
	Rows          Pointer             `mapstructure:"rows"`           // array or object of which each element is an event
	TimestampUnit string              `mapstructure:"timestamp_unit"` // of timestamps that are numbers: s, ms, us or ns
	FeatureNames  []string            `mapstructure:"feature_names"`  // of features that are arrays
	Where         map[string]string   `mapstructure:"where"`          // texts by source; other messages are skipped
	Deletes       map[string]string   `mapstructure:"deletes"`        // texts by source; such messages, and those without a value, are deletes and skipped
	Fields        map[string][]Source `mapstructure:"fields"`         // of several sources the first that has a value counts
}

// Problem is one thing wrong with a mapping.
type Problem struct {
	Field   string // path within the mapping, such as fields.model
	Message string // names the value and the remedy
}

// fieldNames are the fields of an event, by kind; features.NAME, segment.NAME and
// scores.CLASS come on top for predictions.
var fieldNames = map[Kind][]string{
	Predictions: {"prediction_id", "model", "version", "timestamp", "features", "score", "scores", "prediction", "role", "segment"},
	Outcomes:    {"prediction_id", "model", "timestamp", "label", "value"},
}

// required are the fields without which no message becomes an event.
var required = map[Kind][]string{
	Predictions: {"prediction_id", "model", "version", "timestamp"},
	Outcomes:    {"prediction_id", "model", "timestamp"},
}

// Check returns everything that is wrong with the mapping of a topic.
func (m Mapping) Check(kind Kind) []Problem {
	var problems []Problem
	report := func(field, format string, args ...any) {
		problems = append(problems, Problem{field, fmt.Sprintf(format, args...)})
	}
	if _, known := presets[m.Preset]; !known {
		report("preset", "%q: want one of %s", m.Preset, strings.Join(PresetNames(), ", "))
		return problems
	}
	for _, name := range slices.Sorted(maps.Keys(m.Fields)) {
		m.checkField(kind, name, report)
	}
	full := m.expand(kind)
	for _, name := range required[kind] {
		if len(full.Fields[name]) == 0 {
			report("fields."+name, "missing: %s has no place for it: say where it stands, such as %s", m.presetName(), examples[name])
		}
	}
	if kind == Outcomes && len(full.Fields["label"])+len(full.Fields["value"]) == 0 {
		report("fields.label", "missing: %s has no place for it: say where the label or the value stands, such as /label", m.presetName())
	}
	if _, known := units[m.TimestampUnit]; !known {
		report("timestamp_unit", "%q: want s, ms, us or ns", m.TimestampUnit)
	}
	for i, name := range m.FeatureNames {
		if name == "" || slices.Index(m.FeatureNames, name) < i {
			report(fmt.Sprintf("feature_names[%d]", i), "%q: names must be present and differ", name)
		}
	}
	for section, conditions := range map[string]map[string]string{"where": m.Where, "deletes": m.Deletes} {
		for _, key := range slices.Sorted(maps.Keys(conditions)) {
			var s Source
			switch err := s.UnmarshalText([]byte(key)); {
			case err != nil:
				report(section+member(key), "%v", err)
			case s.perRow() || s.from == ofTime || s.from == ofConstant:
				report(section+member(key), "%s: want a JSON pointer, key or header NAME", s)
			}
		}
	}
	if full.Rows != nil && !full.columnar() && !full.anyPerRow() {
		report("rows", "%s: no field is read from a row, so all would be the same: use row /POINTER", full.Rows.where())
	}
	if full.Rows != nil && full.columnar() {
		report("rows", "%s: column and tensors have rows of their own: use one of the two", full.Rows)
	}
	slices.SortStableFunc(problems, func(a, b Problem) int { return strings.Compare(a.Field, b.Field) })
	return problems
}

// examples of sources for required fields.
var examples = map[string]string{"prediction_id": "/request_id", "model": "constant churn", "version": "/model_version", "timestamp": "/timestamp"}

func (m Mapping) checkField(kind Kind, name string, report func(field, format string, args ...any)) {
	path := "fields" + member(name)
	feature, isFeature := strings.CutPrefix(name, "features.")
	segment, isSegment := strings.CutPrefix(name, "segment.")
	class, isScore := strings.CutPrefix(name, "scores.")
	switch {
	case kind == Predictions && (isFeature && feature != "" || isSegment && segment != "" || isScore && class != ""):
	case !slices.Contains(fieldNames[kind], name):
		more := ""
		if kind == Predictions {
			more = ", features.NAME, segment.NAME, scores.CLASS"
		}
		report(path, "no such field: want one of %s%s", strings.Join(fieldNames[kind], ", "), more)
		return
	}
	hasRows := m.Rows != nil || m.expand(kind).Rows != nil
	for i, s := range m.Fields[name] {
		at := fmt.Sprintf("%s[%d]", path, i)
		switch {
		case s.from == ofConstant && (name == "prediction_id" || name == "timestamp"):
			report(at, "%s: every event needs its own %s: point to it", s, name)
		case s.from == ofTime && name != "timestamp":
			report(at, "time: only timestamp can be the record's: point to %s", name)
		case s.from == inTensors && name != "features":
			report(at, "%s: only features are read by the names of tensors: write column /POINTER", s)
		case (s.from == inRow || s.from == ofRowName) && !hasRows:
			report(at, "%s: there are no rows: say where they stand with rows", s)
		case (name == "features" || name == "segment" || name == "scores") && s.from >= ofRowName && s.from != inTensors:
			report(at, "%s: %s is an object: point to it", s, name)
		}
	}
}

// member writes a key as the configuration's paths do.
func member(key string) string {
	for _, c := range []byte(key) {
		if c != '_' && c != '-' && !('0' <= c && c <= '9') && !('a' <= c|0x20 && c|0x20 <= 'z') {
			return fmt.Sprintf("[%q]", key)
		}
	}
	return "." + key
}

func (m Mapping) presetName() string {
	if m.Preset == "" {
		return "preset driftd"
	}
	return "preset " + m.Preset
}

// columnar says whether rows are the elements of columns.
func (m Mapping) columnar() bool {
	return m.reads(func(s Source) bool { return s.from == inColumn || s.from == inTensors })
}

func (m Mapping) anyPerRow() bool { return m.reads(Source.perRow) }

// reads reports whether any field has such a source.
func (m Mapping) reads(such func(Source) bool) bool {
	for _, sources := range m.Fields {
		if slices.ContainsFunc(sources, such) {
			return true
		}
	}
	return false
}

// expand returns the mapping with what its preset says.
func (m Mapping) expand(kind Kind) Mapping {
	base := presets[m.Preset].mapping(kind)
	if m.Root != nil {
		base.Root = m.Root
	}
	if m.Rows != nil {
		base.Rows = m.Rows
	}
	if m.TimestampUnit != "" {
		base.TimestampUnit = m.TimestampUnit
	}
	if m.FeatureNames != nil {
		base.FeatureNames = m.FeatureNames
	}
	if m.Where != nil {
		base.Where = m.Where
	}
	if m.Deletes != nil {
		base.Deletes = m.Deletes
	}
	maps.Copy(base.Fields, m.Fields)
	return base
}

// Beside reports whether the mapping asks for keys or headers of records.
func (m Mapping) Beside(kind Kind) bool {
	full := m.expand(kind)
	beside := func(s Source) bool { return s.from == ofKey || s.from == ofHeader }
	for _, conditions := range []map[string]string{full.Where, full.Deletes} {
		for key := range conditions {
			if beside(source(key)) {
				return true
			}
		}
	}
	return full.reads(beside)
}

// Places returns which field is read from where in a message, by JSON Pointer;
// not what is read from rows, columns or beside the message.
func (m Mapping) Places(kind Kind) map[string]string {
	full := m.expand(kind)
	places := make(map[string]string, len(full.Fields))
	for _, field := range slices.Sorted(maps.Keys(full.Fields)) {
		for _, s := range full.Fields[field] {
			if s.from == inMessage {
				places[full.Root.String()+s.pointer.String()] = field
			}
		}
	}
	return places
}
