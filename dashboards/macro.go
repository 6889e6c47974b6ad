package dashboards

import (
	"fmt"
	"slices"
	"strings"
	"time"
)

// Scope is what the query of a panel is asked about.
type Scope struct {
	From, To time.Time
	Interval time.Duration       // of one point of a time series; at least a second
	Values   map[string][]string // by variable; a variable without values stands for All
}

// Expand turns SQL as Grafana's ClickHouse plugin reads it into SQL as the server
// does: with the plugin's macros and with variables, which stand as ${name:singlequote}.
// What stands in quotes or comments is left alone.
//
//	$__timeFilter(c)          c >= toDateTime(from) AND c <= toDateTime(to)
//	$__timeInterval(c)        toStartOfInterval(toDateTime(c), INTERVAL n second)
//	$__fromTime, $__toTime    toDateTime(from), toDateTime(to)
//	$__interval_s             n
//	$__conditionalAll(p, $v)  p, or 1=1 where v stands for All
func Expand(sql string, s Scope) (string, error) {
	var out strings.Builder
	for at := 0; at < len(sql); {
		if n := verbatim(sql[at:]); n > 0 {
			out.WriteString(sql[at : at+n])
			at += n
			continue
		}
		text, n, err := s.expand(sql[at:])
		if err != nil {
			return "", err
		}
		out.WriteString(text)
		at += n
	}
	return out.String(), nil
}

// expand returns what the text begins to mean and how much of it that took; text
// that begins neither with a macro nor with a variable is its first byte.
func (s Scope) expand(text string) (string, int, error) {
	if inner, ok := strings.CutPrefix(text, "${"); ok {
		inner, _, closed := strings.Cut(inner, "}")
		if !closed {
			return "", 0, fmt.Errorf("variable %.20q: } is missing", text)
		}
		name, _ := strings.CutSuffix(inner, ":singlequote")
		value, err := s.variable(name, inner != name)
		return value, len("${}") + len(inner), err
	}
	if !strings.HasPrefix(text, "$__") {
		return text[:1], 1, nil
	}
	name := text[:len("$")+length(text[1:])]
	rest := text[len(name):]
	if !strings.HasPrefix(rest, "(") {
		value, err := s.constant(name)
		return value, len(name), err
	}
	args, n, err := arguments(rest)
	if err != nil {
		return "", 0, fmt.Errorf("macro %s: %w", name, err)
	}
	value, err := s.call(name, args)
	return value, len(name) + n, err
}

func (s Scope) variable(name string, quoted bool) (string, error) {
	values := s.Values[name]
	switch {
	case !quoted:
		return "", fmt.Errorf("variable ${%s}: write ${%s:singlequote}", name, name)
	case len(values) == 0:
		return "", fmt.Errorf("variable ${%s}: has no value", name)
	}
	literals := make([]string, len(values))
	for i, value := range values {
		literals[i] = literal(value)
	}
	return strings.Join(literals, ","), nil
}

func (s Scope) constant(name string) (string, error) {
	switch name {
	case "$__fromTime":
		return moment(s.From), nil
	case "$__toTime":
		return moment(s.To), nil
	case "$__interval_s":
		return fmt.Sprint(s.seconds()), nil
	}
	return "", fmt.Errorf("macro %s: unknown", name)
}

func (s Scope) call(name string, args []string) (string, error) {
	want := 1
	if name == "$__conditionalAll" {
		want = 2
	}
	if len(args) != want {
		return "", fmt.Errorf("macro %s: %d arguments: want %d", name, len(args), want)
	}
	switch name {
	case "$__timeFilter":
		return fmt.Sprintf("%[1]s >= %[2]s AND %[1]s <= %[3]s", args[0], moment(s.From), moment(s.To)), nil
	case "$__timeInterval":
		return fmt.Sprintf("toStartOfInterval(toDateTime(%s), INTERVAL %d second)", args[0], s.seconds()), nil
	case "$__conditionalAll":
		if len(s.Values[strings.TrimPrefix(args[1], "$")]) == 0 {
			return "1=1", nil
		}
		return Expand(args[0], s)
	}
	return "", fmt.Errorf("macro %s: unknown", name)
}

func (s Scope) seconds() int64 { return max(1, int64(s.Interval/time.Second)) }

func moment(t time.Time) string { return fmt.Sprintf("toDateTime(%d)", t.Unix()) }

// literal writes a text as ClickHouse reads it.
func literal(text string) string {
	return "'" + strings.NewReplacer(`\`, `\\`, `'`, `\'`).Replace(text) + "'"
}

// arguments splits what stands in the parentheses with which text begins, and
// says how long they are.
func arguments(text string) (args []string, n int, err error) {
	depth, from := 0, 1
	for at := 0; at < len(text); at++ {
		if n := verbatim(text[at:]); n > 0 {
			at += n - 1
			continue
		}
		switch text[at] {
		case '(', '[', '{':
			depth++
		case ')', ']', '}':
			depth--
		}
		if depth == 0 || depth == 1 && text[at] == ',' {
			args = append(args, strings.TrimSpace(text[from:at]))
			from = at + 1
		}
		if depth == 0 {
			return args, at + 1, nil
		}
	}
	return nil, 0, fmt.Errorf("%.20q: ) is missing", text)
}

// verbatim returns the length of the quoted text or comment with which text
// begins, else 0. What is not closed reaches to the end.
func verbatim(text string) int {
	for _, c := range []struct{ open, close string }{{"--", "\n"}, {"/*", "*/"}} {
		if rest, ok := strings.CutPrefix(text, c.open); ok {
			inner, _, _ := strings.Cut(rest, c.close)
			return min(len(text), len(c.open)+len(inner)+len(c.close))
		}
	}
	if text == "" || !slices.Contains([]byte("'\"`"), text[0]) {
		return 0
	}
	for at := 1; at < len(text); at++ {
		switch text[at] {
		case '\\':
			at++
		case text[0]:
			return at + 1 // a doubled quote begins the next one
		}
	}
	return len(text)
}

// length of the name with which text begins.
func length(text string) int {
	n := strings.IndexFunc(text, func(r rune) bool {
		return r != '_' && (r < '0' || r > '9') && (r < 'A' || r > 'Z') && (r < 'a' || r > 'z')
	})
	if n < 0 {
		return len(text)
	}
	return n
}
