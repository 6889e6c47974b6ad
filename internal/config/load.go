package config

import (
	"errors"
	"fmt"
	"io"
	"os"
	"reflect"
	"regexp"
	"strconv"
	"strings"

	"go.yaml.in/yaml/v3"
)

// maxSize of a configuration file, in bytes. Ten thousand models fit.
const maxSize = 10 << 20

// Load reads and checks a configuration file. The error is an [*Error] that
// holds every problem, unless the file cannot be read at all.
func Load(path string) (Config, error) {
	f, err := os.Open(path)
	if err != nil {
		return Config{}, fmt.Errorf("read configuration: %w", err)
	}
	defer f.Close()
	text, err := io.ReadAll(io.LimitReader(f, maxSize+1))
	if err != nil {
		return Config{}, fmt.Errorf("read configuration: %w", err)
	}
	return Parse(path, text)
}

// Parse checks the text of a configuration file; name stands for it in
// messages. Files that it names are looked at, nothing is connected to.
func Parse(name string, text []byte) (Config, error) {
	d := &decoder{file: name, places: map[string]*yaml.Node{}}
	root := d.root(text)
	raw := withDefaults(reflect.TypeFor[file]()).Addr().Interface().(*file)
	if root != nil {
		d.decode(root, reflect.ValueOf(raw).Elem(), "")
	}
	raw.complete()
	c := checker{decoder: d}
	config := c.config(raw)
	if root == nil {
		// Without a document there are no places: only the reason for that counts.
		d.problems = d.problems[:1]
	}
	sortProblems(d.problems)
	broken := false
	for _, p := range d.problems {
		broken = broken || !p.Warning
	}
	if broken {
		return Config{}, &Error{Problems: d.problems}
	}
	config.File, config.Warnings, config.source = name, d.problems, *raw
	return config, nil
}

// yamlLine finds the place in a message of the YAML library.
var yamlLine = regexp.MustCompile(`^line (\d+): `)

// root returns the one document's top node, or nil after noting why there is
// none.
func (d *decoder) root(text []byte) *yaml.Node {
	start := &yaml.Node{Line: 1, Column: 1}
	if len(text) > maxSize {
		d.fail(start, "", "the file is longer than %d MB", maxSize>>20)
		return nil
	}
	reader := yaml.NewDecoder(strings.NewReader(string(text)))
	var doc, second yaml.Node
	if err := reader.Decode(&doc); errors.Is(err, io.EOF) {
		d.fail(start, "", "the file is empty: declare at least one model under models")
		return nil
	} else if err != nil {
		message := strings.TrimPrefix(err.Error(), "yaml: ")
		if m := yamlLine.FindStringSubmatch(message); m != nil {
			start.Line, _ = strconv.Atoi(m[1])
			message = message[len(m[0]):]
		}
		d.fail(start, "", "not YAML: %s", message)
		return nil
	}
	if reader.Decode(&second) == nil {
		d.fail(&second, "", "a second document: keep everything in one, without ---")
		return nil
	}
	return doc.Content[0]
}
