package web

import (
	"context"
	"fmt"
	"strings"
	"time"
)

// Source knows what the page shows. Its errors are shown to people; a [NotFound]
// is told from a failure.
type Source interface {
	Fleet(ctx context.Context, f Filter) (Fleet, error)
	Model(ctx context.Context, name string, span Span) (Model, error)
	Version(ctx context.Context, name, version string, span Span) (Version, error)
	Incident(ctx context.Context, id string) (Incident, error)
	// Board answers all panels of a board; chosen are values of its variables by
	// name, those that are absent the source chooses.
	Board(ctx context.Context, uid string, chosen map[string]string, span Span) (Board, error)
}

// Filter selects lines of the fleet. The zero Filter selects all.
type Filter struct {
	Text  string // in the name of model, version or owner, whatever the case
	State string // exactly; "" is any
	Page  int    // from 1; 0 is the first
}

// Span is the stretch of time that a view is about: [From, To]. What is zero the
// source chooses.
type Span struct {
	From time.Time `json:"from"`
	To   time.Time `json:"to"`
}

// NotFound is the error for something that is not there.
type NotFound struct {
	What   string   // e.g. model "churn"
	Have   []string // what is there instead
	Models bool     // Have are models
}

func (e NotFound) Error() string {
	if len(e.Have) == 0 {
		return "there is no " + e.What
	}
	return fmt.Sprintf("there is no %s: there are %s", e.What, strings.Join(e.Have, ", "))
}
