package registry

import (
	"cmp"
	"fmt"
	"regexp"
	"slices"
	"strings"
)

// IDKind is the form of a version identifier in an event.
type IDKind int

const (
	_ IDKind = iota
	// VersionID is a registry version: up to 18 digits, the first not 0.
	VersionID
	// RunID is a training run: 32 hexadecimal digits.
	RunID
	// LoggedModelID is a logged model: "m-" and 32 hexadecimal digits.
	LoggedModelID
)

var idForms = []struct {
	kind IDKind
	form *regexp.Regexp
}{
	{VersionID, regexp.MustCompile(`^(?:0|[1-9][0-9]{0,17})$`)},
	{RunID, regexp.MustCompile(`^[0-9a-f]{32}$`)},
	{LoggedModelID, regexp.MustCompile(`^m-[0-9a-f]{32}$`)},
}

// ParseID tells the form of id, or that it has none of the three.
func ParseID(id string) (IDKind, error) {
	for _, f := range idForms {
		if f.form.MatchString(id) {
			return f.kind, nil
		}
	}
	return 0, fmt.Errorf("version %q: want a version (digits), a run id (32 hexadecimal digits) or a logged model id (m- and 32 hexadecimal digits)", cut(id, 64))
}

// Preferred returns, of versions made by one run, the one that events most
// likely mean: the newest that holds an alias or an active stage, else the newest.
func Preferred(versions []Version) Version {
	return slices.MaxFunc(versions, func(a, b Version) int {
		if a.inUse() != b.inUse() {
			if a.inUse() {
				return 1
			}
			return -1
		}
		return CompareVersions(a.Version, b.Version)
	})
}

// FindID returns, of a model's versions, the one that a run id or a logged model
// id stands for.
func FindID(versions []Version, id string) (Version, bool) {
	var found []Version
	for _, v := range versions {
		if v.RunID == id || v.Source == "models:/"+id {
			found = append(found, v)
		}
	}
	if len(found) == 0 {
		return Version{}, false
	}
	return Preferred(found), true
}

func (v Version) inUse() bool {
	return len(v.Aliases) > 0 || v.Stage == "Production" || v.Stage == "Staging"
}

// CompareVersions orders version numbers: negative when a is older than b.
func CompareVersions(a, b string) int {
	a, b = strings.TrimLeft(a, "0"), strings.TrimLeft(b, "0")
	return cmp.Or(cmp.Compare(len(a), len(b)), strings.Compare(a, b))
}
