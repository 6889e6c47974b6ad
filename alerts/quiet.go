package alerts

import (
	"fmt"
	"regexp"
	"strings"
	"time"
	_ "time/tzdata" // zones are known wherever the program runs
)

// Quiet are hours of the week in which nothing is moved without a person: on the
// days From begins, to To, which may lie on the next day. It is written as
// "mon-fri 18:00-08:00 Europe/Berlin": days (all unless given), hours (whole days),
// and a time zone (UTC).
type Quiet struct {
	text     string
	days     [7]bool // by time.Weekday
	from, to int     // minutes since midnight
	zone     *time.Location
}

var (
	quietDays  = regexp.MustCompile(`^(?:sun|mon|tue|wed|thu|fri|sat)(?:[,-](?:sun|mon|tue|wed|thu|fri|sat))*$`)
	quietHours = regexp.MustCompile(`^(\d\d:\d\d)-(\d\d:\d\d)$`)
)

const quietForm = `write days, hours and a time zone, such as "mon-fri 18:00-08:00 Europe/Berlin" or "sat-sun"`

// ParseQuiet reads what String writes.
func ParseQuiet(text string) (Quiet, error) {
	q := Quiet{text: text, days: [7]bool{true, true, true, true, true, true, true}, to: 24 * 60, zone: time.UTC}
	words := strings.Fields(text)
	if len(words) == 0 {
		return Quiet{}, fmt.Errorf("%q: %s", text, quietForm)
	}
	if quietDays.MatchString(words[0]) {
		if err := q.setDays(words[0]); err != nil {
			return Quiet{}, err
		}
		words = words[1:]
	}
	if len(words) > 0 && quietHours.MatchString(words[0]) {
		if err := q.setHours(words[0]); err != nil {
			return Quiet{}, err
		}
		words = words[1:]
	}
	switch len(words) {
	case 0:
		return q, nil
	case 1:
		zone, err := time.LoadLocation(words[0])
		if err != nil || words[0] == "Local" {
			return Quiet{}, fmt.Errorf("%q: %q is no time zone: %s", text, words[0], quietForm)
		}
		q.zone = zone
		return q, nil
	}
	return Quiet{}, fmt.Errorf("%q: %q: %s", text, words[0], quietForm)
}

// setDays reads days and stretches of them, of which one may reach over the weekend.
func (q *Quiet) setDays(text string) error {
	q.days = [7]bool{}
	for part := range strings.SplitSeq(text, ",") {
		ends := strings.Split(part, "-")
		if len(ends) > 2 {
			return fmt.Errorf("%q: %s", part, quietForm)
		}
		last := weekday(ends[len(ends)-1])
		for day := weekday(ends[0]); ; day = (day + 1) % 7 {
			q.days[day] = true
			if day == last {
				break
			}
		}
	}
	return nil
}

func weekday(name string) int { return strings.Index("sunmontuewedthufrisat", name) / 3 }

func (q *Quiet) setHours(text string) error {
	var hour, minute [2]int
	if _, err := fmt.Sscanf(text, "%d:%d-%d:%d", &hour[0], &minute[0], &hour[1], &minute[1]); err != nil {
		return fmt.Errorf("%q: %w", text, err)
	}
	q.from, q.to = 60*hour[0]+minute[0], 60*hour[1]+minute[1]
	if q.from == q.to || q.from >= 24*60 || q.to > 24*60 || max(minute[0], minute[1]) > 59 {
		return fmt.Errorf("%q: give two times of a day that differ, from 00:00 to 24:00", text)
	}
	return nil
}

// Covers reports whether the time is in the quiet hours, by the clock on the wall.
func (q Quiet) Covers(t time.Time) bool {
	local := t.In(q.zone)
	today, minute := int(local.Weekday()), 60*local.Hour()+local.Minute()
	if q.from < q.to {
		return q.days[today] && q.from <= minute && minute < q.to
	}
	return q.days[today] && q.from <= minute || q.days[(today+6)%7] && minute < q.to
}

// String returns the hours as they were written.
func (q Quiet) String() string { return q.text }

// UnmarshalText implements [encoding.TextUnmarshaler].
func (q *Quiet) UnmarshalText(text []byte) (err error) {
	*q, err = ParseQuiet(string(text))
	return err
}

// MarshalText implements [encoding.TextMarshaler].
func (q Quiet) MarshalText() ([]byte, error) { return []byte(q.text), nil }

// quiet reports whether the tick is in quiet hours.
func (d *decision) quiet() bool {
	for _, q := range d.policy.Quiet {
		if q.Covers(d.tick) {
			return true
		}
	}
	return false
}
