package registry

import (
	"errors"
	"net/http"
)

// Class sorts the outcomes of asking a registry by what a person has to do about
// them. It is a metric label.
type Class string

// The classes.
const (
	OK             Class = "ok"
	Unreachable    Class = "unreachable"     // no answer, or no trust
	Unauthorized   Class = "unauthorized"    // 401: who we are is not accepted
	Forbidden      Class = "forbidden"       // 403: we may not
	WrongHost      Class = "wrong_host"      // 403: the server's check of the host's name
	RateLimited    Class = "rate_limited"    // 429
	ServerError    Class = "server_error"    // 5xx
	NotFound       Class = "not_found"       // model, version or artifact
	NoHolder       Class = "no_holder"       // an empty slot
	HeldTwice      Class = "held_twice"      // several versions in one slot
	Moved          Class = "moved"           // somebody else moved the slot
	UnknownOutcome Class = "unknown_outcome" // of a change
	Refused        Class = "refused"         // anything else the server said
	Failed         Class = "failed"          // anything else
)

// Classes lists every class.
func Classes() []Class {
	return []Class{
		OK, Unreachable, Unauthorized, Forbidden, WrongHost, RateLimited, ServerError,
		NotFound, NoHolder, HeldTwice, Moved, UnknownOutcome, Refused, Failed,
	}
}

// Classify sorts an error of the port; nil is OK.
func Classify(err error) Class {
	for _, c := range []struct {
		is    error
		class Class
	}{
		{nil, OK}, {ErrUnknownOutcome, UnknownOutcome}, {ErrMoved, Moved}, {ErrHeldTwice, HeldTwice},
		{ErrNoHolder, NoHolder}, {ErrNotFound, NotFound}, {ErrUnreachable, Unreachable},
	} {
		if errors.Is(err, c.is) {
			return c.class
		}
	}
	e, ok := errors.AsType[*APIError](err)
	switch {
	case !ok:
		return Failed
	case e.WrongHost:
		return WrongHost
	case e.Status == http.StatusUnauthorized:
		return Unauthorized
	case e.Status == http.StatusForbidden:
		return Forbidden
	case e.Status == http.StatusTooManyRequests:
		return RateLimited
	case e.Status >= http.StatusInternalServerError:
		return ServerError
	}
	return Refused
}
