package alerts

import (
	"fmt"
	"time"
)

// Mode is how far driftd may go by itself.
type Mode int

// Observe makes the same plan and the same message as Auto, marked, and
// touches nothing. Approve waits for a person. The zero Mode is none.
const (
	_ Mode = iota
	Observe
	Approve
	Auto
)

var modeNames = map[Mode]string{Observe: "observe", Approve: "approve", Auto: "auto"}

// String returns the mode's name in configuration.
func (m Mode) String() string { return modeNames[m] }

// ParseMode reads a mode as String writes it.
func ParseMode(name string) (Mode, error) {
	for mode, n := range modeNames {
		if n == name {
			return mode, nil
		}
	}
	return 0, fmt.Errorf("mode %q: use observe, approve or auto", name)
}

// Limited returns the policy with the lower of its mode and what people allow.
func (p Policy) Limited(to Mode) Policy {
	if to != 0 && to < p.Mode {
		p.Mode = to
	}
	return p
}

// Policy is what may be done for one model, and who is told.
type Policy struct {
	Model   string
	Slot    string // "alias champion" or "stage Production", as shown to people
	Mode    Mode
	Channel string // Slack channel; "" sends nothing
	Owner   string // mentioned on pages and demotions, "" for nobody
	// Receivers are told beside the channel, by name.
	Receivers []string
	// Wait is how long a new incident gathers changes before it is told, Interval
	// how long after each delivery, Repeat how long nothing is said of an open one
	// until its thread says that it still is; never when 0. Pages and actions are
	// told at once.
	Wait, Interval, Repeat time.Duration
	Digest                 *time.Duration // time of day, UTC, at which a digest is told; nil: none
	Links                  Links          // where tags lead to
	// MinBake is how long a version must have held the slot before it may be
	// demoted; Cooldown how long after a demotion the slot is left alone;
	// Effect how long traffic may take to follow a switch.
	MinBake, Cooldown, Effect time.Duration
	// MaxAge is how long ago the version that takes over may have held the slot
	// at most; 0 is no limit.
	MaxAge time.Duration
	// Approval is how long a proposal waits for a person; Approvers are those who
	// may agree, everybody when empty.
	Approval  time.Duration
	Approvers []string
	Quiet     []Quiet // when Auto waits for a person, too
	Frozen    bool    // by configuration: nothing is moved
	// Stalled is how many inconclusive or errored ticks in a row make a
	// pipeline incident of their own.
	Stalled int
}
