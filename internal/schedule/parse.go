package schedule

import (
	"errors"
	"fmt"
	"regexp"
	"strconv"
	"strings"
	"time"

	"github.com/robfig/cron/v3"
)

// Schedule is a parsed expression. The zero Schedule has no ticks.
type Schedule struct {
	expr  string
	cron  cron.Schedule // nil for @every
	every time.Duration
}

// String returns the expression as it was written.
func (s Schedule) String() string { return s.expr }

const (
	maxLength = 200 // characters; a longer expression is a mistake
	minEvery  = time.Minute
	maxEvery  = 366 * 24 * time.Hour
)

// fields are the five of a cron expression, with the most steps that fit.
var fields = []struct {
	name string
	span int
}{{"minute", 59}, {"hour", 23}, {"day of month", 31}, {"month", 12}, {"weekday", 6}}

// part is one item of a field's comma-separated list. The parser below would
// read "*-5" as "*" and an empty list as never.
var part = regexp.MustCompile(`^(?:[*?]|[0-9]{1,2}|[A-Za-z]{3})(?:-(?:[0-9]{1,2}|[A-Za-z]{3}))?(?:/([0-9]{1,4}))?$`)

// Parse reads five cron fields (minute, hour, day of month, month, weekday) or
// one of @hourly, @daily, @weekly, @monthly, @yearly and "@every 15m", in UTC.
// The error names the expression and what to write instead.
//
// It stands guard over the cron parser, which panics on "TZ=0", searches for
// years for the 31st of February and turns "@every 0s" into one second.
func Parse(expr string) (s Schedule, err error) {
	defer func() {
		if r := recover(); r != nil {
			err = fmt.Errorf("%v", r)
		}
		if err != nil {
			s, err = Schedule{}, fmt.Errorf("schedule %q: %w", cut(expr), err)
		}
	}()
	text := strings.TrimSpace(expr)
	upper := strings.ToUpper(text)
	switch {
	case text == "":
		return s, errors.New("give five cron fields, such as */15 * * * *")
	case len(text) > maxLength:
		return s, fmt.Errorf("%d characters: at most %d", len(text), maxLength)
	case strings.HasPrefix(upper, "TZ=") || strings.HasPrefix(upper, "CRON_TZ="):
		return s, errors.New("schedules are in UTC: remove the time zone")
	case strings.HasPrefix(text, "@every"):
		return parseEvery(text)
	case !strings.HasPrefix(text, "@"):
		if err := checkFields(strings.Fields(text)); err != nil {
			return s, err
		}
	}
	parsed, err := cron.ParseStandard(text)
	if err != nil {
		return s, fmt.Errorf("%w: minutes are 0-59, hours 0-23, days 1-31, months 1-12, weekdays 0-6 (Sunday is 0)", err)
	}
	if spec, ok := parsed.(*cron.SpecSchedule); ok {
		spec.Location = time.UTC // the parser's default is the machine's zone
	}
	s = Schedule{expr: text, cron: parsed}
	if s.Next(time.Unix(0, 0)).IsZero() {
		return s, errors.New("no such date exists: choose a day that the month has")
	}
	return s, nil
}

func parseEvery(text string) (Schedule, error) {
	d, err := time.ParseDuration(strings.TrimSpace(strings.TrimPrefix(text, "@every")))
	if err != nil {
		return Schedule{}, errors.New("write a duration with its unit, such as @every 15m")
	}
	if d < minEvery || d > maxEvery || d%time.Second != 0 {
		return Schedule{}, fmt.Errorf("use whole seconds, at least %s and at most a year", minEvery)
	}
	return Schedule{expr: text, every: d}, nil
}

func checkFields(got []string) error {
	if len(got) == len(fields)+1 {
		return errors.New("six fields: leave out the seconds; the five are minute, hour, day of month, month, weekday")
	}
	if len(got) != len(fields) {
		return fmt.Errorf("%d fields: give five, which are minute, hour, day of month, month, weekday", len(got))
	}
	for i, field := range got {
		for item := range strings.SplitSeq(field, ",") {
			m := part.FindStringSubmatch(item)
			if m == nil || strings.HasPrefix(item, "*-") || strings.HasPrefix(item, "?-") {
				return fmt.Errorf("%s %q: use *, a number, a range 1-5, a step */15, or a list of these", fields[i].name, item)
			}
			if step, _ := strconv.Atoi(m[1]); step > fields[i].span {
				return fmt.Errorf("%s %q: a step beyond %d never repeats within the field; use @every, such as @every 90m",
					fields[i].name, item, fields[i].span)
			}
		}
	}
	return nil
}

// cut keeps an expression short enough for a message.
func cut(s string) string {
	if len(s) <= maxLength {
		return s
	}
	return strings.ToValidUTF8(s[:maxLength], "") + "…"
}
