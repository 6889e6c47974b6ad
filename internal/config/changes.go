package config

import (
	"fmt"
	"reflect"
	"slices"

	"go.yaml.in/yaml/v3"
)

// Changes lists what differs between two configurations in the given top-level
// sections, each as "clickhouse.database: driftd, now other", in order.
func Changes(before, after Config, sections ...string) []string {
	a, b := map[string]string{}, map[string]string{}
	flatten(encode(reflect.ValueOf(before.source)), "", a)
	flatten(encode(reflect.ValueOf(after.source)), "", b)
	var changes []string
	for _, section := range sections {
		var paths []string
		for _, values := range []map[string]string{a, b} {
			for path := range values {
				if within(path, section) && a[path] != b[path] && !slices.Contains(paths, path) {
					paths = append(paths, path)
				}
			}
		}
		slices.Sort(paths)
		for _, path := range paths {
			changes = append(changes, fmt.Sprintf("%s: %s, now %s", path, orAbsent(a[path]), orAbsent(b[path])))
		}
	}
	return changes
}

// flatten collects the scalars below a node by their paths.
func flatten(n *yaml.Node, path string, into map[string]string) {
	if n == nil {
		return
	}
	switch n.Kind {
	case yaml.MappingNode:
		for i := 0; i+1 < len(n.Content); i += 2 {
			key := n.Content[i].Value
			if path != "" {
				key = path + "." + key
			}
			flatten(n.Content[i+1], key, into)
		}
	case yaml.SequenceNode:
		for i, item := range n.Content {
			flatten(item, fmt.Sprintf("%s[%d]", path, i), into)
		}
	default:
		into[path] = n.Value
	}
}

func within(path, section string) bool {
	return path == section || len(path) > len(section) && path[:len(section)] == section && (path[len(section)] == '.' || path[len(section)] == '[')
}

func orAbsent(value string) string {
	if value == "" {
		return "absent"
	}
	return value
}
