package schedule

import (
	"strings"
	"testing"
	"time"
)

func TestParseAccepts(t *testing.T) {
	after := time.Date(2026, 11, 23, 3, 36, 54, 0, time.FixedZone("east", 3*3600)) // 00:36:54 UTC
	for expr, want := range map[string]string{
		"*/15 * * * *":   "2026-11-23T00:45:00Z",
		" 5 0 * * * ":    "2026-11-24T00:05:00Z",
		"0 6 * * mon":    "2026-11-23T06:00:00Z",
		"0 6 * * 1-5":    "2026-11-23T06:00:00Z",
		"0 0 29 2 *":     "2028-02-29T00:00:00Z",
		"0 0 1,15 * ?":   "2026-12-01T00:00:00Z",
		"30 5/6 * * *":   "2026-11-23T05:30:00Z",
		"@hourly":        "2026-11-23T01:00:00Z",
		"@daily":         "2026-11-24T00:00:00Z",
		"@every 15m":     "2026-11-23T00:45:00Z",
		"@every 24h":     "2026-11-24T00:00:00Z",
		"@every  1h30m ": "2026-11-23T01:30:00Z",
	} {
		s, err := Parse(expr)
		if err != nil {
			t.Errorf("Parse(%q): %v", expr, err)
			continue
		}
		if got := s.Next(after).Format(time.RFC3339); got != want {
			t.Errorf("%q: next tick %s, want %s", expr, got, want)
		}
	}
}

func TestParseRefusesWithARemedy(t *testing.T) {
	for expr, want := range map[string]string{
		"":                           "give five cron fields",
		"   ":                        "give five cron fields",
		"TZ=0":                       "remove the time zone",
		"TZ=Europe/Berlin 0 6 * * *": "remove the time zone",
		"cron_tz=UTC 0 6 * * *":      "remove the time zone",
		"0 0 31 2 *":                 "no such date exists",
		"0 0 30 feb *":               "no such date exists",
		"0 0 31 4,6,9,11 *":          "no such date exists",
		"0 */15 * * * *":             "leave out the seconds",
		"* * * *":                    "4 fields: give five",
		"@every 0s":                  "at least 1m0s",
		"@every -5m":                 "at least 1m0s",
		"@every 59s":                 "at least 1m0s",
		"@every 90.5s":               "whole seconds",
		"@every 15":                  "write a duration with its unit",
		"@every":                     "write a duration with its unit",
		"@every 2000000h":            "at most a year",
		"@fortnightly":               "unrecognized descriptor",
		"@reboot":                    "unrecognized descriptor",
		", * * * *":                  `minute "": use *`,
		"1,,2 * * * *":               `minute "": use *`,
		"*-5 * * * *":                `minute "*-5": use *`,
		"+5 * * * *":                 `minute "+5": use *`,
		"*/90 * * * *":               "use @every, such as @every 90m",
		"0 0 * * 7":                  "Sunday is 0",
		"61 * * * *":                 "minutes are 0-59",
		"5-1 * * * *":                "beyond end of range",
		"*/0 * * * *":                "positive",
		"0 0 * xyz *":                "months 1-12",
		"0 0 * * L":                  `weekday "L": use *`,
		strings.Repeat("1,", 500):    "at most 200",
	} {
		s, err := Parse(expr)
		if err == nil {
			t.Errorf("Parse(%q) accepted it; next tick %s", expr, s.Next(time.Unix(0, 0)))
			continue
		}
		if !strings.Contains(err.Error(), want) || !strings.HasPrefix(err.Error(), "schedule \"") {
			t.Errorf("Parse(%q) = %q, want the expression and %q", expr, err, want)
		}
	}
}

// The cron library gives up after five years; the next leap day after 2096 is
// eight years away.
func TestNextCrossesTheCenturyWithoutLeapDay(t *testing.T) {
	s, err := Parse("0 0 29 2 *")
	if err != nil {
		t.Fatal(err)
	}
	got := s.Next(time.Date(2096, 2, 29, 0, 0, 0, 0, time.UTC))
	if want := time.Date(2104, 2, 29, 0, 0, 0, 0, time.UTC); !got.Equal(want) {
		t.Errorf("next leap day %s, want %s", got, want)
	}
}

func TestZeroScheduleHasNoTicks(t *testing.T) {
	var s Schedule
	if next := s.Next(time.Unix(0, 0)); !next.IsZero() {
		t.Errorf("next tick %s, want none", next)
	}
	for tick := range s.CatchUp(time.Unix(0, 0), time.Unix(1e9, 0), time.Hour, 0) {
		t.Fatalf("tick %s, want none", tick)
	}
}

func FuzzParse(f *testing.F) {
	for _, expr := range []string{"*/15 * * * *", "TZ=0", "CRON_TZ=", "0 0 31 2 *", "@every 0s", "@every 1h", "* * * * * *", ",,,, * * * *", "0 0 29 2 *"} {
		f.Add(expr, int64(1763858214))
	}
	f.Fuzz(func(t *testing.T, expr string, unix int64) {
		s, err := Parse(expr)
		if err != nil {
			return
		}
		after := time.Unix(unix%1e10, 0)
		next := s.Next(after)
		if !next.After(after) || next.Location() != time.UTC {
			t.Errorf("Parse(%q).Next(%s) = %s: want a later time in UTC", expr, after, next)
		}
		if again := s.Next(next.Add(-1)); !again.Equal(next) {
			t.Errorf("%q: the tick after just before %s is %s", expr, next, again)
		}
	})
}
