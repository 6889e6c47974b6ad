package registry

import (
	"errors"
	"fmt"
	"strings"

	"github.com/driftd/driftd/internal/model"
)

var (
	// ErrNotFound: the model, version or artifact does not exist.
	ErrNotFound = errors.New("not found in the registry")
	// ErrNoHolder: the model exists and nothing holds the slot.
	ErrNoHolder = errors.New("no version holds it")
	// ErrHeldTwice: several versions are in one slot. See HeldTwiceError.
	ErrHeldTwice = errors.New("held by several versions")
	// ErrMoved: another version than expected holds the slot. See MovedError.
	ErrMoved = errors.New("slot was moved")
	// ErrSignature: the version's signature is there and says nothing of use.
	ErrSignature = errors.New("the file MLmodel cannot be used")
	// ErrTooLarge: the artifact is larger than MaxArtifact.
	ErrTooLarge = errors.New("too large")
	// ErrUnreachable: no complete answer arrived, or the two did not trust each
	// other enough for one.
	ErrUnreachable = errors.New("registry cannot be reached")
	// ErrUnknownOutcome: a change was sent and neither its answer nor the state
	// afterwards could be read, or the state did not settle. Read the slot before
	// anything else.
	ErrUnknownOutcome = errors.New("outcome unknown")
)

// MovedError is ErrMoved with the facts.
type MovedError struct {
	Move
	Holder model.Ref
}

// Error reads "move alias champion to churn@11: held by churn@12, expected churn@13".
func (e *MovedError) Error() string {
	return fmt.Sprintf("%s: held by %s, expected %s", e.Move, e.Holder, e.Expect)
}

// Is reports that a MovedError is ErrMoved.
func (e *MovedError) Is(target error) bool { return target == ErrMoved }

// HeldTwiceError is ErrHeldTwice with the facts.
type HeldTwiceError struct {
	Slot    Slot
	Holders []model.Ref // the one that the registry resolves the slot to is first
}

// Error reads "stage Production is held by churn@3 and churn@2: archive all but one".
func (e *HeldTwiceError) Error() string {
	names := make([]string, len(e.Holders))
	for i, h := range e.Holders {
		names[i] = h.String()
	}
	return fmt.Sprintf("%s is held by %s: archive all but one", e.Slot, strings.Join(names, " and "))
}

// Is reports that a HeldTwiceError is ErrHeldTwice.
func (e *HeldTwiceError) Is(target error) bool { return target == ErrHeldTwice }

// APIError is a refusal by a registry server.
type APIError struct {
	Op      string // operation, e.g. set_alias
	Status  int    // HTTP status
	Code    string // the server's error code, "" when the answer was not the server's own JSON
	Message string // one line, cut
	Hint    string // what to do about it, or ""

	WrongHost bool // the server does not go by the name it was called by
}

// Error reads "set_alias: 403 PERMISSION_DENIED: … (hint)".
func (e *APIError) Error() string {
	var b strings.Builder
	fmt.Fprintf(&b, "%s: %d", e.Op, e.Status)
	if e.Code != "" {
		b.WriteString(" " + e.Code)
	}
	if e.Message != "" {
		b.WriteString(": " + e.Message)
	}
	if e.Hint != "" {
		b.WriteString(" (" + e.Hint + ")")
	}
	return b.String()
}

// Is makes the server's own "does not exist" an ErrNotFound. Any other 404 comes
// from something else at that address and is not one.
func (e *APIError) Is(target error) bool {
	return target == ErrNotFound && (e.Code == "RESOURCE_DOES_NOT_EXIST" || e.Code == "NOT_FOUND")
}
