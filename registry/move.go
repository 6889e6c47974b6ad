package registry

import (
	"errors"
	"fmt"

	"github.com/driftd/driftd/internal/model"
)

// Move is a change of who holds a slot.
type Move struct {
	Slot           Slot
	Expect, Target model.Ref // who holds it, and who shall
	ID             string    // names the change to others; a repetition has the same. "" when nobody is told
	Reason         string    // for people, may be ""
}

// String returns "move alias champion to churn@11".
func (m Move) String() string { return fmt.Sprintf("move %s to %s", m.Slot, m.Target) }

// Check reports why nothing may move: a slot that cannot exist, versions of two
// models, or a target that is already expected there.
func (m Move) Check() error {
	var err error
	switch {
	case m.Slot.Validate() != nil:
		err = m.Slot.Validate()
	case CheckName(m.Target.Name) != nil:
		err = CheckName(m.Target.Name)
	case m.Expect.Name != m.Target.Name:
		err = fmt.Errorf("expected holder %s and target must be versions of one model", m.Expect)
	case m.Expect.Version == "" || m.Target.Version == "":
		err = errors.New("expected holder and target must name a version")
	case m.Expect == m.Target:
		err = errors.New("target is the expected holder")
	}
	if err != nil {
		return fmt.Errorf("%s: %w", m, err)
	}
	return nil
}

// CheckHolder compares the holder just read with the expected one.
func (m Move) CheckHolder(holder model.Ref) error {
	if holder != m.Expect {
		return &MovedError{Move: m, Holder: holder}
	}
	return nil
}
