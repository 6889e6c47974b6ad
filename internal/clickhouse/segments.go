package clickhouse

import (
	"fmt"
	"slices"

	"github.com/driftd/driftd/evaluate"
)

// segmentKey is a declared key of which a reference watches values.
type segmentKey struct {
	Column string // quoted
	name   string
}

// bindSegments binds the segments of the reference: the names of all, and of
// the k-th key the values with the numbers of their names, from 1.
func bindSegments(ref evaluate.Reference, bound args) ([]segmentKey, error) {
	var keys []segmentKey
	var names []string
	var values [][]string
	var numbers [][]uint16
	for i, segment := range ref.Segments {
		k := slices.IndexFunc(keys, func(key segmentKey) bool { return key.name == segment.Key })
		if k < 0 {
			column, err := quote(segmentColumn(segment.Key))
			if err != nil {
				return nil, err
			}
			k = len(keys)
			keys, values, numbers = append(keys, segmentKey{column, segment.Key}), append(values, nil), append(numbers, nil)
		}
		names = append(names, segment.Name())
		values[k], numbers[k] = append(values[k], segment.Value), append(numbers[k], uint16(i+1))
	}
	if len(keys) > 0 {
		bound["segments"] = names
	}
	for k := range keys {
		bound[fmt.Sprintf("values%d", k)], bound[fmt.Sprintf("numbers%d", k)] = values[k], numbers[k]
	}
	return keys, nil
}
