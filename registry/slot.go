package registry

import (
	"errors"
	"fmt"
	"regexp"

	"github.com/driftd/driftd/internal/model"
)

// SlotKind says by which mechanism a model is served.
type SlotKind int

const (
	_ SlotKind = iota
	// Alias is a named pointer to one version.
	Alias
	// Stage is MLflow's older life cycle: Staging or Production.
	Stage
)

// String returns "alias" or "stage".
func (k SlotKind) String() string {
	switch k {
	case Alias:
		return "alias"
	case Stage:
		return "stage"
	}
	return fmt.Sprintf("SlotKind(%d)", int(k))
}

// Slot is the place in the registry that says which version serves.
type Slot struct {
	Kind SlotKind
	Name string
}

// String returns "alias champion" or "stage Production".
func (s Slot) String() string { return s.Kind.String() + " " + s.Name }

// SoleHolder makes a list of what Serving returns.
func SoleHolder(holder model.Ref, err error) ([]model.Ref, error) {
	switch {
	case errors.Is(err, ErrNoHolder):
		return nil, nil
	case err != nil:
		return nil, err
	}
	return []model.Ref{holder}, nil
}

var (
	aliasName    = regexp.MustCompile(`^[A-Za-z0-9_-]{1,255}$`)
	reservedName = regexp.MustCompile(`^(?i:latest|v[0-9]+)$`)
)

// Validate reports a slot that no registry could have.
func (s Slot) Validate() error {
	switch s.Kind {
	case Alias:
		if !aliasName.MatchString(s.Name) {
			return fmt.Errorf("alias %q: use letters, digits, _ and - (at most 255)", s.Name)
		}
		if reservedName.MatchString(s.Name) {
			return fmt.Errorf("alias %q: reserved by the registry, choose another name", s.Name)
		}
	case Stage:
		if s.Name != "Production" && s.Name != "Staging" {
			return fmt.Errorf("stage %q: use Production or Staging", s.Name)
		}
	default:
		return fmt.Errorf("slot %q: give an alias or a stage", s.Name)
	}
	return nil
}
