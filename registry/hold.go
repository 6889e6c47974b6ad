package registry

import (
	"fmt"
	"strings"
	"time"
)

// HoldTag is written by people, on a model or on a version: nothing moves while
// it is there. Its value is read by [ParseHold].
const HoldTag = "driftd_hold"

// ModeTag is written by people on a model: what driftd may do there at most.
const ModeTag = "driftd_mode"

// Hold is a person's wish that nothing is moved.
type Hold struct {
	Reason string
	Until  time.Time // zero: until it is released
}

// ParseHold reads the value of a HoldTag. An empty value, "false" and "released"
// are no hold: ok is false. "true" is one without a reason, "until" with a time
// (RFC 3339) and perhaps a reason is one that ends, anything else is the reason
// of one that does not. A value that begins with "until" and names no time is
// an error, and a hold: whoever wrote it wanted one.
func ParseHold(value string) (h Hold, ok bool, err error) {
	text := strings.TrimSpace(value)
	switch strings.ToLower(text) {
	case "", "false", "released":
		return Hold{}, false, nil
	case "true":
		return Hold{Reason: "held without a reason"}, true, nil
	}
	word, rest, _ := strings.Cut(text, " ")
	if strings.ToLower(word) != "until" {
		return Hold{Reason: text}, true, nil
	}
	date, reason, _ := strings.Cut(strings.TrimSpace(rest), " ")
	h.Until, err = time.Parse(time.RFC3339, strings.TrimRight(date, ":,;"))
	if err != nil {
		h.Reason = fmt.Sprintf("%s %q cannot be read", HoldTag, cut(text, 100))
		return h, true, fmt.Errorf("%s %q: %q is no time: write until 2026-12-01T00:00:00Z, then the reason", HoldTag, cut(text, 100), date)
	}
	if h.Reason = strings.TrimSpace(reason); h.Reason == "" {
		h.Reason = "held until " + h.Until.UTC().Format(time.RFC3339)
	}
	return h, true, nil
}

// Over reports whether the hold has ended.
func (h Hold) Over(now time.Time) bool { return !h.Until.IsZero() && !now.Before(h.Until) }
