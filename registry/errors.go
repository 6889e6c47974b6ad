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
	// ErrMoved: another version than expected holds the slot. See MovedError.
	ErrMoved = errors.New("slot was moved")
	// ErrSignature: the version's signature is there and says nothing of use.
	ErrSignature = errors.New("the file MLmodel cannot be used")
	// ErrTooLarge: the artifact is larger than MaxArtifact.
	ErrTooLarge = errors.New("too large")
	// ErrUnknownOutcome: a change was sent and neither its answer nor the state
	// afterwards could be read. Read the slot before anything else.
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

// APIError is a refusal by a registry server.
type APIError struct {
	Op      string // operation, e.g. set_alias
	Status  int    // HTTP status
	Code    string // the server's error code, "" when the answer was not the server's own JSON
	Message string // one line, cut
	Hint    string // what to do about it, or ""
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
