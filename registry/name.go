package registry

import (
	"fmt"
	"io/fs"
	"strings"
	"unicode"
	"unicode/utf8"
)

// CheckName reports a model name that is empty, longer than 255 characters, or
// holds a character that would have to be quoted in a search filter or an
// address: quotes, backslashes, control characters, slashes and colons.
func CheckName(name string) error {
	bad := func(r rune) bool { return strings.ContainsRune("'\"`\\/:", r) || unicode.IsControl(r) }
	switch {
	case strings.TrimSpace(name) == "" || name == "." || name == "..":
		return fmt.Errorf("model name %q: give the name of a registered model", name)
	case utf8.RuneCountInString(name) > 255:
		return fmt.Errorf("model name of %d characters: at most 255 are possible", utf8.RuneCountInString(name))
	case !utf8.ValidString(name) || strings.ContainsFunc(name, bad):
		return fmt.Errorf("model name %q: quotes, backslashes, slashes, colons and control characters cannot be used", name)
	}
	return nil
}

// CheckPath reports an artifact path that is not relative or leaves the version.
func CheckPath(path string) error {
	if !fs.ValidPath(path) || path == "." || strings.ContainsAny(path, "\\\x00") {
		return fmt.Errorf("artifact path %q: give a path inside the version, with slashes", cut(path, 200))
	}
	return nil
}
