package filestore

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"slices"
	"time"

	"github.com/driftd/driftd/internal/model"
	"github.com/driftd/driftd/registry"
)

// content is the whole file.
type content struct {
	Models map[string]*entry `json:"models"`
}

// entry is one model.
type entry struct {
	Tags     map[string]string `json:"tags,omitempty"`
	Aliases  map[string]string `json:"aliases,omitempty"` // alias → version
	Stages   map[string]string `json:"stages,omitempty"`  // stage → version
	Versions map[string]*card  `json:"versions"`

	text []byte // as it is in the file; nil: not known. Only a change looks at it
}

// edit returns the model to change it: a new one if there is none, else a copy.
func (c *content) edit(name string) *entry {
	e := &entry{Versions: map[string]*card{}}
	if old := c.Models[name]; old != nil {
		e.Tags, e.Aliases, e.Stages = maps.Clone(old.Tags), maps.Clone(old.Aliases), maps.Clone(old.Stages)
		for number, v := range old.Versions {
			v := *v
			v.Tags, v.Metrics = maps.Clone(v.Tags), maps.Clone(v.Metrics)
			e.Versions[number] = &v
		}
	}
	c.Models[name] = e
	return e
}

// card is one version.
type card struct {
	RunID       string             `json:"run_id,omitempty"`
	Status      string             `json:"status,omitempty"`
	Source      string             `json:"source,omitempty"`
	Description string             `json:"description,omitempty"`
	CreatedAt   time.Time          `json:"created_at,omitzero"`
	Tags        map[string]string  `json:"tags,omitempty"`
	Metrics     map[string]float64 `json:"metrics,omitempty"`
}

// parse reads a file's text, strictly: a misspelt key must not look like an
// empty slot.
func parse(text []byte) (*content, error) {
	c := &content{}
	decoder := json.NewDecoder(bytes.NewReader(text))
	decoder.DisallowUnknownFields()
	if err := decoder.Decode(c); err != nil {
		if at, ok := errors.AsType[*json.SyntaxError](err); ok {
			line := 1 + bytes.Count(text[:min(int(at.Offset), len(text))], []byte("\n"))
			return nil, fmt.Errorf("line %d: %w", line, err)
		}
		return nil, err
	}
	if _, err := decoder.Token(); err != io.EOF {
		return nil, errors.New("text after the closing brace")
	}
	if c.Models == nil {
		c.Models = map[string]*entry{}
	}
	var errs []error
	for _, name := range slices.Sorted(maps.Keys(c.Models)) {
		if err := c.Models[name].check(name); err != nil {
			errs = append(errs, fmt.Errorf("model %s: %w", name, err))
		}
	}
	return c, errors.Join(errs...)
}

// check reports what a person could have got wrong in a model, joined.
func (e *entry) check(name string) error {
	if e == nil {
		return errors.New("is null: give it versions")
	}
	errs := []error{registry.CheckName(name)}
	for _, v := range slices.Sorted(maps.Keys(e.Versions)) {
		if kind, err := registry.ParseID(v); err != nil || kind != registry.VersionID {
			errs = append(errs, fmt.Errorf("version %q: number versions 1, 2, 3, …", v))
		}
		if e.Versions[v] == nil {
			errs = append(errs, fmt.Errorf("version %q: is null, write {}", v))
		}
	}
	for _, slot := range e.slots() {
		errs = append(errs, slot.Validate())
		if v := e.held(slot.Kind)[slot.Name]; e.Versions[v] == nil {
			errs = append(errs, fmt.Errorf("%s: version %q does not exist", slot, v))
		}
	}
	return errors.Join(errs...)
}

// slots lists the slots that have a holder, sorted.
func (e *entry) slots() []registry.Slot {
	var slots []registry.Slot
	for _, kind := range []registry.SlotKind{registry.Alias, registry.Stage} {
		for _, name := range slices.Sorted(maps.Keys(e.held(kind))) {
			slots = append(slots, registry.Slot{Kind: kind, Name: name})
		}
	}
	return slots
}

// held returns the holders of one kind of slot by its name.
func (e *entry) held(kind registry.SlotKind) map[string]string {
	if kind == registry.Stage {
		return e.Stages
	}
	return e.Aliases
}

// put makes version the holder of the slot. A version is in one stage at most.
func (e *entry) put(slot registry.Slot, version string) {
	if slot.Kind == registry.Stage {
		maps.DeleteFunc(e.Stages, func(_, held string) bool { return held == version })
		if e.Stages == nil {
			e.Stages = map[string]string{}
		}
		e.Stages[slot.Name] = version
		return
	}
	if e.Aliases == nil {
		e.Aliases = map[string]string{}
	}
	e.Aliases[slot.Name] = version
}

// model returns the port's view of a model.
func (c *content) model(name string) (registry.Model, error) {
	if err := registry.CheckName(name); err != nil {
		return registry.Model{}, err
	}
	e := c.Models[name]
	if e == nil {
		return registry.Model{}, fmt.Errorf("read model %s: %w", name, registry.ErrNotFound)
	}
	m := registry.Model{Name: name, Tags: map[string]string{}, Aliases: map[string]string{}, Stages: map[string]string{}}
	maps.Copy(m.Tags, e.Tags)
	maps.Copy(m.Aliases, e.Aliases)
	maps.Copy(m.Stages, e.Stages)
	return m, nil
}

// version returns the port's view of a version.
func (c *content) version(ref model.Ref) (registry.Version, error) {
	if err := registry.CheckName(ref.Name); err != nil {
		return registry.Version{}, err
	}
	if kind, err := registry.ParseID(ref.Version); err != nil || kind != registry.VersionID {
		return registry.Version{}, fmt.Errorf("version %q: want digits", ref.Version)
	}
	e := c.Models[ref.Name]
	if e == nil || e.Versions[ref.Version] == nil {
		return registry.Version{}, fmt.Errorf("read %s: %w", ref, registry.ErrNotFound)
	}
	of := e.Versions[ref.Version]
	v := registry.Version{
		Ref:         ref,
		RunID:       of.RunID,
		Status:      of.Status,
		Source:      of.Source,
		Description: of.Description,
		CreatedAt:   of.CreatedAt.UTC(),
		Tags:        map[string]string{},
		Metrics:     map[string]float64{},
	}
	maps.Copy(v.Tags, of.Tags)
	maps.Copy(v.Metrics, of.Metrics)
	if v.Status == "" {
		v.Status = registry.StatusReady
	}
	for _, slot := range e.slots() {
		switch {
		case e.held(slot.Kind)[slot.Name] != ref.Version:
		case slot.Kind == registry.Alias:
			v.Aliases = append(v.Aliases, slot.Name)
		default:
			v.Stage = slot.Name
		}
	}
	return v, nil
}
