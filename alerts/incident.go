package alerts

import (
	"time"

	"github.com/driftd/driftd/evaluate"
	"github.com/driftd/driftd/internal/model"
)

// Class groups what is told together. One incident per version and class.
type Class string

// The classes. While performance is open, drift of the same version is muted;
// while data is, both are.
const (
	ClassPerformance Class = "performance"
	ClassDrift       Class = "drift"
	ClassData        Class = "data"
	ClassPipeline    Class = "pipeline"
	ClassDigest      Class = "digest" // once a day, how all stands: no incident, and over at once
)

// State of an incident.
type State string

// The states.
const (
	Open     State = "open"
	Resolved State = "resolved"
)

// Incident is one thing that people are told about, from its opening to its
// end. It is stored whole after every change and shown as one message, edited
// in place, with its timeline as the thread.
type Incident struct {
	ID         string // Key and the tick that opened it: deterministic, so a repeated tick finds it
	Key        string // model|version|slot|class
	Class      Class
	Ref        model.Ref
	Slot       string
	Mode       Mode
	Owner      string
	Channel    string
	State      State
	Status     evaluate.Status // Warning or Critical; of the worst fact
	Opened     time.Time
	Reopened   time.Time `json:",omitzero"` // when it opened last, zero the first time
	Updated    time.Time
	Closed     time.Time   // zero while open
	Flapping   time.Time   `json:",omitzero"`  // since when it stays open because it changes too often, zero when it does not
	Over       bool        `json:",omitempty"` // while it flaps: as last judged, it is over
	Changes    []time.Time `json:",omitempty"` // ticks of the last 24 h at which it opened or ended
	Ended      Reason      `json:",omitempty"` // why it is resolved: Recovered, Retracted, Superseded or Demoted
	Amended    string      `json:",omitempty"` // what data that came late changed last
	Headline   string      // one line: what broke
	Facts      []Fact
	Evidence   []evaluate.Evidence // without the detectors' State
	Results    []evaluate.Result   // the newest of each kind that the facts rest on
	Reference  string              // id of the reference the version is compared with
	Action     *Action             // the demotion that belongs to it, as far as it got
	Blocked    Reason              // why no demotion happened, "" when none was asked for
	Timeline   []Entry
	Chart      []Point   // at most 20: the leading detector's share of the way, block by block
	Generation int       // grows with every change; the message shows the newest
	Told       int       // generation that was delivered, 0 when none
	Attempts   int       // deliveries begun since the last that is known to have succeeded, over restarts
	ToldAt     time.Time `json:",omitzero"`  // tick at which it was delivered last
	Held       Reason    `json:",omitempty"` // why the newest generation is not told now, "" when it is
	Silence    *Silence  `json:",omitempty"` // of a person, while it lasts
	Message    Receipt   // where the message is, zero before the first delivery
	ThreadTo   int       // timeline entries already in the thread
	// Receivers are told beside the channel; Sent is how far each was.
	Receivers []string        `json:",omitempty"`
	Sent      map[string]Sent `json:",omitempty"`
	// Responses are what people did about it, oldest first.
	Responses []Response `json:",omitempty"`
}

// Pending reports whether people have not been told the newest generation. An
// incident without channel and receivers is for the journal only, and so is one
// that was over before anybody heard of it.
func (i Incident) Pending() bool {
	return i.Held != Unheard && (i.untold() || len(i.awaited()) > 0)
}

// untold reports whether the channel has not been told the newest generation.
func (i Incident) untold() bool { return i.Channel != "" && i.Told < i.Generation }

// heard reports whether anybody was told.
func (i Incident) heard() bool { return i.Told > 0 || len(i.Sent) > 0 }

// Pages reports whether the incident asks for its owner.
func (i Incident) Pages() bool {
	for _, e := range i.Timeline {
		if e.Reach == ToOwner {
			return true
		}
	}
	return false
}

// Fact is a label and its value, as people read them.
type Fact struct{ Name, Text string }

// Reach is how far a line of the timeline carries.
type Reach int

// InThread is seen by those who open the thread, InChannel by everybody in the
// channel, ToOwner also mentions the owner.
const (
	InThread Reach = iota
	InChannel
	ToOwner
)

// Entry is one line of the timeline.
type Entry struct {
	At    time.Time
	Text  string
	Reach Reach
	Table string `json:",omitempty"` // lines of aligned columns below the text
}

// Point is one point of the chart.
type Point struct {
	At    time.Time
	Value float64 // share of the way to the alarm, 0-1
}

// Receipt names a delivered message so that it can be edited.
type Receipt struct {
	Channel string // the service's channel id
	ID      string // the service's message id
}

// note appends a line to the timeline.
func (i *Incident) note(at time.Time, reach Reach, text string) {
	i.Timeline = append(i.Timeline, Entry{At: at, Text: text, Reach: reach})
}

// close resolves the incident.
func (i *Incident) close(at time.Time, why Reason, text string) {
	i.Ended = why
	i.State, i.Closed, i.Flapping, i.Over = Resolved, at, time.Time{}, false
	i.note(at, InThread, text)
}

// shows reports whether people would read the same in both.
func (i *Incident) shows(j *Incident) bool {
	if i.State != j.State || i.Status != j.Status || i.Headline != j.Headline || i.Blocked != j.Blocked ||
		i.Reference != j.Reference || len(i.Facts) != len(j.Facts) || len(i.Timeline) != len(j.Timeline) || len(i.Responses) != len(j.Responses) ||
		len(i.Chart) != len(j.Chart) || (i.Action == nil) != (j.Action == nil) || (i.Silence == nil) != (j.Silence == nil) {
		return false
	}
	if i.Action != nil && (i.Action.ID != j.Action.ID || i.Action.Stage != j.Action.Stage) {
		return false
	}
	if i.Silence != nil && *i.Silence != *j.Silence {
		return false
	}
	for k := range i.Facts {
		if i.Facts[k] != j.Facts[k] {
			return false
		}
	}
	for k := range i.Chart {
		if !i.Chart[k].At.Equal(j.Chart[k].At) || i.Chart[k].Value != j.Chart[k].Value {
			return false
		}
	}
	return true
}
