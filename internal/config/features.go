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
var kinds = map[string]struct {
	stored   ingest.FeatureKind
	compared drift.Kind
}{
	"number":   {ingest.Number, drift.Numeric},
	"category": {ingest.Category, drift.Categorical},
}

func (f *features) readNode(d *decoder, n *yaml.Node, path string) {
	*f = features{}
	d.pairs(n, path, func(key, value *yaml.Node, path string) {
		kind, ok := kinds[value.Value]
		switch {
		case key.Value == "":
			d.fail(key, path, "a feature needs a name")
		case value.Kind != yaml.ScalarNode:
			d.fail(value, path, "%s: write number or category", describe(value))
		case !ok:
			d.fail(value, path, "%q: %s", short(value.Value), suggest(value.Value, []string{"number", "category"}))
		default:
			*f = append(*f, ingest.Feature{Name: key.Value, Kind: kind.stored})
		}
	})
}

// compared returns the features as the evaluation wants to know them.
func (f features) compared() []evaluate.Feature {
	var out []evaluate.Feature
	for _, feature := range f {
		out = append(out, evaluate.Feature{Name: feature.Name, Kind: kinds[feature.Kind.String()].compared})
	}
	return out
}
