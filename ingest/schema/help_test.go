package schema

import (
	"maps"
	"slices"
	"testing"

	"github.com/driftd/driftd/internal/parts"
)

func TestMain(m *testing.M) { parts.Main(m) }

func sortedKeys(m map[string]any) []string { return slices.Sorted(maps.Keys(m)) }
