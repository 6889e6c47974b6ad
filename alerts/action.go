package alerts

import (
	"slices"
	"time"

	"github.com/driftd/driftd/internal/model"
)

// Stage is how far an action has come.
type Stage string

// The stages. An intent without a later row was cut short by a crash and is
// resumed by reading the registry, never by blind replay.
const (
	Intent    Stage = "intent"
	Done      Stage = "done"       // the slot was read back as moved
	Effective Stage = "effective"  // live traffic followed
	NoEffect  Stage = "no_effect"  // the slot moved, traffic did not follow in time
	Undone    Stage = "undone"     // the slot moved, and somebody moved it again before traffic was seen to follow
	Failed    Stage = "failed"     // the registry refused; tried again at the next tick
	Overtaken Stage = "superseded" // somebody else moved the slot: theirs stands
	WouldHave Stage = "would_have" // observe mode
	Proposed  Stage = "proposed"   // approve mode: a person must agree
	Agreed    Stage = "approved"   // a person did: another action does it
	Expired   Stage = "expired"    // nobody did in time
	Refused   Stage = "refused"    // a person asked for it, and a guard said no
)

// Action is one demotion, as far as it got: an audit row per stage.
type Action struct {
	ID        string // deterministic: model, version and tick
	Model     string
	From, To  string // versions
	Slot      string
	Tick      time.Time // the tick that decided
	Stage     Stage
	At        time.Time // the tick at which Stage was reached
	Effective time.Time // first prediction served by To after the switch, zero until known
	Reason    Reason
	Detector  string  // e.g. paired/brier against 1
	LogM      float64 // evidence at the crossing, natural log
	Threshold float64 // natural log
	Labels    uint64
	Detail    string // error text or what was read
	By        string `json:",omitempty"` // who asked for it or agreed; "" when driftd acted by itself
	Epoch     int32  `json:",omitempty"` // term of the replica that wrote the row
}

// Moved reports whether the slot is known to have been moved by the action,
// whatever became of it since.
func (a Action) Moved() bool {
	return a.Stage == Done || a.Stage == Effective || a.Stage == NoEffect || a.Stage == Undone
}

// Waits reports whether a person may agree to it.
func (a Action) Waits() bool { return a.Stage == Proposed }

// tried reports whether anything was attempted.
func (a Action) tried() bool {
	return !slices.Contains([]Stage{WouldHave, Proposed, Agreed, Expired, Refused}, a.Stage)
}

func (a Action) from() model.Ref { return model.Ref{Name: a.Model, Version: a.From} }
func (a Action) to() model.Ref   { return model.Ref{Name: a.Model, Version: a.To} }

// Past is what deciding may know beside the verdicts: nothing younger than the
// tick except what this very tick already did before a crash.
type Past struct {
	Incidents []Incident // open ones, those not told to the end, and those this tick already touched
	Actions   []Action   // newest row of each action before the tick, oldest first
	Reached   []Action   // newest row of each action that this very tick wrote before a crash
	Serving   Serving
	Statuses  map[string]Streak            // by version: the run of equal statuses that ended with the tick before
	Tags      map[string]map[string]string // last tags written, by version
	Courses   map[string][]Point           // by version: Course of its earlier verdicts, so that a chart shows the way up; may be nil
	Epoch     int32                        // term of the replica that runs the tick; 0 when there can be only one
	Orders    []Order                      // of people about the model, of the last days, oldest first
	Released  map[string]time.Time         // by version: when people last released it
	Silences  []Silence                    // of people, that may not be over at the tick
	Frozen    bool                         // people stopped everything by a command
	Fleet     Fleet                        // how all models stand
	Latest    bool                         // the tick is the newest that is due: only then may anything be moved or sent
}

// Streak is a run of ticks with the same status. Ticks and Since are zero of a status
// that judges.
type Streak struct {
	Status string
	Ticks  int
	Since  time.Time
}

// Serving is what the registry showed at the tick.
type Serving struct {
	Ref      model.Ref
	Known    bool              // false: the registry could not be read
	Since    time.Time         // first tick at which it was seen there
	Previous []string          // earlier holders, newest first, without Ref
	Fallback string            // holder of the fallback alias, "" when none
	Held     map[string]string // holds of people: version ("" = the model) → reason
	Mode     Mode              // what people allow at most by a tag; zero: whatever is configured
	// Unfit says of versions that could take over why they may not, as the registry
	// shows them; Left when they last held the slot, as its history shows.
	Unfit map[string]Reason
	Left  map[string]time.Time
	Also  []string // versions in the slot beside Ref, sorted: a stage that was not tidied
	Lost  bool     // nobody holds the slot, and who last did is not registered any more
}
