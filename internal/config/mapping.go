package config

import (
	"fmt"
	"maps"
	"slices"
	"strings"
)

// mappings warns of names in the mappings of topics that no model knows. A model
// that declares no features may learn them elsewhere: then all are fine.
func (c checker) mappings(f *file) {
	var names, features, segments, classes []string
	open := false
	for _, m := range f.Models {
		names, segments, classes = append(names, m.Name), append(segments, m.Segments...), append(classes, m.Classes...)
		for _, feature := range m.Features {
			features = append(features, feature.Name)
		}
		open = open || len(m.Features) == 0
	}
	known := func(path, what, name string, all []string) {
		if !slices.Contains(all, name) {
			c.warn(path, "no model has the %s %q: %s", what, short(name), suggest(name, all))
		}
	}
	for i, t := range f.Kafka.Topics {
		if t.Mapping == nil {
			continue
		}
		path := fmt.Sprintf("kafka.topics[%d].mapping", i)
		for _, field := range slices.Sorted(maps.Keys(t.Mapping.Fields)) {
			at := join(path+".fields", field)
			if name, ok := strings.CutPrefix(field, "features."); ok && name != "" && !open {
				known(at, "feature", name, features)
			}
			if name, ok := strings.CutPrefix(field, "segment."); ok && name != "" {
				known(at, "segment", name, segments)
			}
			if name, ok := strings.CutPrefix(field, "scores."); ok && name != "" {
				known(at, "class", name, classes)
			}
			for _, source := range t.Mapping.Fields[field] {
				if name, ok := strings.CutPrefix(source.String(), "constant "); ok && field == "model" {
					known(at, "name", name, names)
				}
			}
		}
		for j, name := range t.Mapping.FeatureNames {
			if !open {
				known(fmt.Sprintf("%s.feature_names[%d]", path, j), "feature", name, features)
			}
		}
	}
}
