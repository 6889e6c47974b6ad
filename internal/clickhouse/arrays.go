package clickhouse

import (
	"fmt"
	"strconv"
	"strings"
)

// elements yields those of an array as the server writes it, as text: reading it that
// way takes a fraction of what the driver needs for an array.
func elements(array string) func(yield func(string) bool) {
	return func(yield func(string) bool) {
		left := strings.TrimSuffix(strings.TrimPrefix(array, "["), "]")
		for more := left != ""; more; {
			var element string
			if element, left, more = strings.Cut(left, ","); !yield(element) {
				return
			}
		}
	}
}

// integers reads an array of integers.
func integers[T int32 | uint64](array string) ([]T, error) {
	all := make([]T, 0, 1+strings.Count(array, ","))
	for element := range elements(array) {
		digits, negative := strings.CutPrefix(element, "-")
		n, err := strconv.ParseUint(digits, 10, 64)
		if err != nil {
			return nil, fmt.Errorf("read the array %.100s: %w", array, err)
		}
		if negative {
			n = -n
		}
		all = append(all, T(n))
	}
	return all, nil
}
