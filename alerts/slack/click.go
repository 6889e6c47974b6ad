package slack

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/slack-go/slack"
)

// verbPrefix begins the action id of each of our buttons; the verb follows.
const verbPrefix = "driftd."

// Click is what a person asks for with a button. ID is the same when Slack
// delivers the click again.
type Click struct {
	ID         string
	Verb       string // approve, hold, silence, acknowledge
	User       string // Slack's id of the person
	By         string // the person, as slack.people names them
	At         time.Time
	Incident   string // id
	Generation int    // of the incident, as the message showed it
	Proposal   string // id of the action that the message showed
}

// Desk writes down what people ask for. It must be quick: Slack waits.
type Desk interface {
	// Ask returns what to tell the person who clicked. A [Refusal] is told to them
	// too; any other error says that it could not be written down. A click that
	// was taken before is taken again with the same answer.
	Ask(ctx context.Context, c Click) (string, error)
}

// Refusal says why a click is not taken and what to do instead.
type Refusal string

// Error implements [error].
func (r Refusal) Error() string { return string(r) }

// shown is the value of a button: what the person saw.
type shown struct {
	Incident   string `json:"incident"`
	Generation int    `json:"generation"`
	Proposal   string `json:"proposal,omitempty"`
}

// clicked reads the click from an interaction; errNotOurs when it is none of our
// buttons.
func clicked(i slack.InteractionCallback) (Click, error) {
	if i.Type != slack.InteractionTypeBlockActions || len(i.ActionCallback.BlockActions) == 0 {
		return Click{}, errNotOurs
	}
	a := i.ActionCallback.BlockActions[0]
	verb, ours := strings.CutPrefix(a.ActionID, verbPrefix)
	if !ours {
		return Click{}, errNotOurs
	}
	at, err := stampTime(a.ActionTs)
	if err != nil {
		return Click{}, err
	}
	var v shown
	if err := json.Unmarshal([]byte(a.Value), &v); err != nil {
		return Click{}, fmt.Errorf("value %q of button %s: %w", a.Value, a.ActionID, err)
	}
	return Click{
		ID:   strings.Join([]string{"slack", i.Team.ID, i.Container.ChannelID, i.Container.MessageTs, verb, i.User.ID, a.ActionTs}, "/"),
		Verb: verb, User: i.User.ID, At: at, Incident: v.Incident, Generation: v.Generation, Proposal: v.Proposal,
	}, nil
}

var errNotOurs = errors.New("none of driftd's buttons")

// stampTime reads a time as Slack stamps it: seconds and microseconds.
func stampTime(ts string) (time.Time, error) {
	whole, part, _ := strings.Cut(ts, ".")
	seconds, err := strconv.ParseInt(whole, 10, 64)
	if err != nil {
		return time.Time{}, fmt.Errorf("time stamp %q: want seconds since 1970", ts)
	}
	micros, err := strconv.ParseInt((part + "000000")[:6], 10, 64)
	if err != nil {
		return time.Time{}, fmt.Errorf("time stamp %q: want seconds since 1970", ts)
	}
	return time.Unix(seconds, micros*1000).UTC().Truncate(time.Millisecond), nil
}
