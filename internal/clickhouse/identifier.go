package clickhouse

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"regexp"
	"strings"
)

// identifier is all that is ever written into SQL as a name.
var identifier = regexp.MustCompile(`^[A-Za-z_][A-Za-z0-9_]{0,127}$`)

// quote returns name as an identifier of SQL, or an error: names of people are
// turned into identifiers by [slug] first.
func quote(name string) (string, error) {
	if !identifier.MatchString(name) {
		return "", fmt.Errorf("identifier %q: want a letter or _, then letters, digits or _, at most 128", name)
	}
	return "`" + name + "`", nil
}

// slug turns any name into [a-z0-9_]. A name that is not one already gets 8 hex
// digits of its SHA-256, so that names that look alike keep apart.
func slug(name string) string {
	const longest = 48
	s := strings.Map(func(r rune) rune {
		switch {
		case r >= 'a' && r <= 'z', r >= '0' && r <= '9':
			return r
		case r >= 'A' && r <= 'Z':
			return r + 'a' - 'A'
		}
		return '_'
	}, name)
	s = s[:min(len(s), longest)]
	if s == name && s != "" {
		return s
	}
	sum := sha256.Sum256([]byte(name))
	return s + "_" + hex.EncodeToString(sum[:4])
}

// Names of what belongs to one model.
func predictionsTable(model string) string { return "predictions_" + slug(model) }
func classColumn(name string) string       { return "c_" + slug(name) }
func segmentColumn(name string) string     { return "s_" + slug(name) }

// featureColumn is that of a feature, or of its age where it is a moment.
func featureColumn(name string, age bool) string {
	if age {
		return "a_" + slug(name)
	}
	return "f_" + slug(name)
}
