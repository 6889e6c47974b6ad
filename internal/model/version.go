package model

import (
	"strconv"
	"strings"
)

// CompareVersions sorts 2 before 10, as registries count, and everything else
// as text behind the numbers.
func CompareVersions(a, b string) int {
	x, errA := strconv.Atoi(a)
	y, errB := strconv.Atoi(b)
	switch {
	case errA == nil && errB == nil:
		return x - y
	case errA == nil:
		return -1
	case errB == nil:
		return 1
	}
	return strings.Compare(a, b)
}
