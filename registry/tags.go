package registry

import (
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strings"
)

// MaxTagValue is the length to which tag values are cut, in characters: the
// smallest limit among the registries that MLflow clients talk to.
const MaxTagValue = 1000

// Tag is one key and its value.
type Tag struct{ Key, Value string }

var tagKey = regexp.MustCompile(`^[a-z0-9_]{1,250}$`)

// ChangedTags returns what of want has to be written over have, sorted by key,
// with values made valid UTF-8 and cut to MaxTagValue characters.
func ChangedTags(have, want map[string]string) ([]Tag, error) {
	var changed []Tag
	for _, key := range slices.Sorted(maps.Keys(want)) {
		if !tagKey.MatchString(key) {
			return nil, fmt.Errorf("tag %q: keys match [a-z0-9_]+, at most 250 characters", cut(key, 64))
		}
		value := cut(strings.ToValidUTF8(want[key], "\uFFFD"), MaxTagValue)
		if old, ok := have[key]; !ok || old != value {
			changed = append(changed, Tag{key, value})
		}
	}
	return changed, nil
}

// cut shortens s to n characters, the last one an ellipsis when something is lost.
func cut(s string, n int) string {
	runes := 0
	end := 0 // byte offset of character n-1
	for i := range s {
		if runes == n-1 {
			end = i
		}
		if runes++; runes > n {
			return s[:end] + "…"
		}
	}
	return s
}
