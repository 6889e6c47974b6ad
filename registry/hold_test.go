package registry

import (
	"strings"
	"testing"
	"time"
)

func TestParseHold(t *testing.T) {
	may := time.Date(2026, 5, 1, 0, 0, 0, 0, time.UTC)
	for value, want := range map[string]struct {
		hold Hold
		held bool
		err  string
	}{
		"":                           {},
		"  ":                         {},
		"released":                   {},
		" False ":                    {},
		"true":                       {Hold{Reason: "held without a reason"}, true, ""},
		"audit of the labels":        {Hold{Reason: "audit of the labels"}, true, ""},
		"untilted":                   {Hold{Reason: "untilted"}, true, ""},
		"until 2026-05-01T00:00:00Z": {Hold{Reason: "held until 2026-05-01T00:00:00Z", Until: may}, true, ""},
		"until 2026-05-01T02:00:00+02:00: audit ": {Hold{Reason: "audit", Until: may}, true, ""},
		"Until  2026-05-01T00:00:00Z audit":       {Hold{Reason: "audit", Until: may}, true, ""},
		"until tomorrow":                          {Hold{Reason: `driftd_hold "until tomorrow" cannot be read`}, true, `driftd_hold "until tomorrow": "tomorrow" is no time: write until 2026-12-01T00:00:00Z`},
		"until 2026-05-01":                        {Hold{Reason: `driftd_hold "until 2026-05-01" cannot be read`}, true, "is no time"},
		"until 2026-05-01T00:00:00":               {Hold{Reason: `driftd_hold "until 2026-05-01T00:00:00" cannot be read`}, true, "is no time"},
		"until":                                   {Hold{Reason: `driftd_hold "until" cannot be read`}, true, "is no time"},
	} {
		got, held, err := ParseHold(value)
		if held != want.held || got.Reason != want.hold.Reason || !got.Until.Equal(want.hold.Until) {
			t.Errorf("%q: %+v, held %v, want %+v, held %v", value, got, held, want.hold, want.held)
		}
		if (err == nil) != (want.err == "") || err != nil && !strings.Contains(err.Error(), want.err) {
			t.Errorf("%q: error %v, want %q", value, err, want.err)
		}
	}
	h := Hold{Until: may}
	if h.Over(may.Add(-time.Nanosecond)) || !h.Over(may) || (Hold{}).Over(may) {
		t.Error("a hold ends when its time has come, one without a time never")
	}
}
