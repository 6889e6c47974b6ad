package config

import (
	"bytes"
	"fmt"
	"os"
	"slices"
	"strings"

	"go.yaml.in/yaml/v3"
)

// checker notes what is wrong with values that could be read.
type checker struct {
	*decoder
}

// problem notes what is wrong at a path. What was noted there already says
// more: this value is then a default.
func (c checker) problem(path, format string, args ...any) {
	c.note(path, false, fmt.Sprintf(format, args...))
}

// warn notes what works but is probably not meant.
func (c checker) warn(path, format string, args ...any) {
	c.note(path, true, fmt.Sprintf(format, args...))
}

func (c checker) note(path string, warning bool, message string) {
	if slices.ContainsFunc(c.problems, func(p Problem) bool { return p.Path == path && !p.Warning }) {
		return
	}
	n := c.place(path)
	c.fail(n, path, "%s", message)
	c.problems[len(c.problems)-1].Warning = warning
}

// given says whether the file states a value at the path.
func (c checker) given(path string) bool { return c.places[path] != nil }

// place returns where the path stands, or the nearest section around it.
func (c checker) place(path string) *yaml.Node {
	for {
		if n := c.places[path]; n != nil {
			return n
		}
		cut := strings.LastIndexAny(path, ".[")
		if cut < 0 {
			break
		}
		path = path[:cut]
	}
	return &yaml.Node{Line: 1, Column: 1}
}

// secret is a file whose key ends in _file: it must be there and say something.
func (d *decoder) secret(n *yaml.Node, path, name string) {
	text, err := os.ReadFile(name)
	switch {
	case err != nil:
		d.fail(n, path, "%q: %v: name a file that driftd may read", name, reason(err))
	case len(bytes.TrimSpace(text)) == 0:
		d.fail(n, path, "%q: the file is empty", name)
	}
}

// reason drops the operation and the name, which the message has already.
func reason(err error) error {
	for {
		inner, ok := err.(interface{ Unwrap() error })
		if !ok || inner.Unwrap() == nil {
			return err
		}
		err = inner.Unwrap()
	}
}

// oneOf notes a word that is none of the known ones.
func (c checker) oneOf(path, word string, known ...string) bool {
	if slices.Contains(known, word) {
		return true
	}
	c.problem(path, "%q: %s", short(word), suggest(word, known))
	return false
}

// distinct notes items that are given twice in a list.
func (c checker) distinct(path string, items []string) {
	for i, item := range items {
		if first := slices.Index(items, item); first < i {
			c.problem(fmt.Sprintf("%s[%d]", path, i), "%q is given twice: remove one", short(item))
		}
	}
}
