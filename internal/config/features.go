package config

import (
	"go.yaml.in/yaml/v3"

	"github.com/driftd/driftd/drift"
	"github.com/driftd/driftd/evaluate"
	"github.com/driftd/driftd/ingest"
)

// features keeps the order of the file: it is the order of the columns.
type features []ingest.Feature

// kinds of features by their name in the file.
var kinds = map[string]ingest.FeatureKind{
	"number":    ingest.Number,
	"category":  ingest.Category,
	"boolean":   ingest.Category, // of two
	"timestamp": ingest.Timestamp,
}

func (f *features) readNode(d *decoder, n *yaml.Node, path string) {
	*f = features{}
	d.pairs(n, path, func(key, value *yaml.Node, path string) {
		kind, ok := kinds[value.Value]
		switch {
		case key.Value == "":
			d.fail(key, path, "a feature needs a name")
		case value.Kind != yaml.ScalarNode:
			d.fail(value, path, "%s: write number, category, boolean or timestamp", describe(value))
		case !ok:
			d.fail(value, path, "%q: %s", short(value.Value), suggest(value.Value, []string{"number", "category", "boolean", "timestamp"}))
		default:
			*f = append(*f, ingest.Feature{Name: key.Value, Kind: kind})
		}
	})
}

// Compared returns features as the evaluation wants to know them.
func Compared(features []ingest.Feature) []evaluate.Feature {
	var out []evaluate.Feature
	for _, f := range features {
		compared := evaluate.Feature{Name: f.Name, Kind: drift.Categorical, Age: f.Kind == ingest.Timestamp}
		if f.Kind.Numeric() {
			compared.Kind = drift.Numeric
		}
		out = append(out, compared)
	}
	return out
}
