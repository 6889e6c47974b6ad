package alerts

import (
	"fmt"
	"slices"
	"time"
)

// Response is what a person did about an incident.
type Response struct {
	Order string // its id
	Kind  OrderKind
	By    string
	At    time.Time
	Until time.Time `json:",omitzero"` // Hold, Silence: when it ends

	Proposal string `json:",omitempty"` // Approve: id of the action
	Why      string `json:",omitempty"` // Acknowledge: what the person says about it
}

// Sentence says for people what was done.
func (r Response) Sentence() string {
	text := map[OrderKind]string{
		OrderApprove: "approved", OrderAcknowledge: "acknowledged", OrderHold: "held", OrderSilence: "silenced",
	}[r.Kind]
	if !r.Until.IsZero() {
		text += " until " + moment(r.Until)
	}
	text = fmt.Sprintf("%s by %s at %s", text, r.By, moment(r.At))
	if r.Why != "" {
		text += ": " + r.Why
	}
	return text
}

// Response returns the newest response of the kind; false when nobody gave one.
func (i Incident) Response(kind OrderKind) (Response, bool) {
	for _, r := range slices.Backward(i.Responses) {
		if r.Kind == kind {
			return r, true
		}
	}
	return Response{}, false
}

// Acknowledged reports whether a person looks after the incident since it opened.
func (i Incident) Acknowledged() bool {
	r, given := i.Response(OrderAcknowledge)
	return given && !r.At.Before(i.began())
}

// Answered reports whether a person agreed to what was proposed by the action.
func (i Incident) Answered(proposal string) bool {
	return slices.ContainsFunc(i.Responses, func(r Response) bool { return r.Kind == OrderApprove && r.Proposal == proposal })
}

// respond notes on the incident which orders answer it.
func (d *decision) respond(w draft) {
	i := w.now
	for _, o := range d.past.Orders {
		if !i.answers(o) || slices.ContainsFunc(i.Responses, func(r Response) bool { return r.Order == o.ID }) {
			continue
		}
		r := Response{Order: o.ID, Kind: o.Kind, By: o.By, At: o.At, Until: o.Until, Proposal: o.Proposal}
		if o.Kind == OrderAcknowledge {
			r.Why = o.Why
		}
		i.Responses = append(slices.Clip(i.Responses), r)
		if o.Kind != OrderSilence { // which says so itself
			i.note(d.tick, InThread, r.Sentence())
		}
	}
}

// answers reports whether the order is about the incident.
func (i *Incident) answers(o Order) bool {
	if o.Kind == OrderApprove && o.Incident == "" {
		return i.Action != nil && i.Action.ID == o.Proposal
	}
	return o.Incident == i.ID
}
