package alerts

import (
	"time"

	"github.com/driftd/driftd/internal/model"
)

// Plan is what one tick asks to be done, in order. Every line has a reason.
type Plan struct {
	Model string
	Tick  time.Time
	Epoch int32 // term of the replica that made it
	Lines []Line
}

// What is the kind of a line.
type What string

// The kinds of line, in the order in which a plan performs them.
const (
	Verify   What = "verify"   // read whether traffic followed an earlier switch, or finish one that a crash cut short
	Demote   What = "demote"   // move the slot from Ref to the action's target
	Annotate What = "annotate" // write tags on Ref
	Tell     What = "tell"     // open, amend or resolve an incident
)

// Line is one thing to do, and why.
type Line struct {
	What     What
	Ref      model.Ref
	Reason   Reason
	Action   *Action           // Demote, Verify: the demotion as far as it got; Annotate: write only once it is done
	Until    time.Time         // Verify: when traffic should have followed at the latest
	Tags     map[string]string // Annotate: all tags of Ref as they should be
	Incident *Incident         // Tell: the incident as it should be now
	Record   Stage             // Demote, Verify: come to this stage without touching the slot
	DryRun   bool              // Demote in observe mode: record and tell, touch nothing
}
