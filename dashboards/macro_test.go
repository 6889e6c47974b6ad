package dashboards

import (
	"strings"
	"testing"
	"time"
)

var scope = Scope{
	From: time.Unix(1000, 0), To: time.Unix(2000, 0), Interval: 90 * time.Second,
	Values: map[string][]string{"model": {"a"}, "version": {"1", "2"}, "odd": {`it's \ so`}},
}

func TestExpand(t *testing.T) {
	for _, c := range []struct{ sql, want string }{
		{"SELECT 1", "SELECT 1"},
		{"WHERE $__timeFilter(tick)", "WHERE tick >= toDateTime(1000) AND tick <= toDateTime(2000)"},
		{"$__timeInterval( least(a, b) )", "toStartOfInterval(toDateTime(least(a, b)), INTERVAL 90 second)"},
		{"$__fromTime - $__toTime / $__interval_s", "toDateTime(1000) - toDateTime(2000) / 90"},
		{"m IN (${model:singlequote})", "m IN ('a')"},
		{"v IN (${version:singlequote})", "v IN ('1','2')"},
		{"m = ${odd:singlequote}", `m = 'it\'s \\ so'`},
		{"$__conditionalAll(v IN (${version:singlequote}), $version) AND x", "v IN ('1','2') AND x"},
		{"$__conditionalAll(v IN (${missing:singlequote}), $missing) AND x", "1=1 AND x"},
		{"$__conditionalAll(f(a, ')') OR $__timeFilter(t), $model)", "f(a, ')') OR t >= toDateTime(1000) AND t <= toDateTime(2000)"},
		{"'$__timeFilter(t)' \"${model}\" `$__x`", "'$__timeFilter(t)' \"${model}\" `$__x`"},
		{`'it\'s $__x' || 'it''s $__x'`, `'it\'s $__x' || 'it''s $__x'`},
		{"a -- $__x(\n/* ${y} */ b", "a -- $__x(\n/* ${y} */ b"},
		{"'not closed $__x", "'not closed $__x"},
		{"a / b - c $ {d}", "a / b - c $ {d}"},
	} {
		got, err := Expand(c.sql, scope)
		if err != nil || got != c.want {
			t.Errorf("%s:\n got %q, %v\nwant %q", c.sql, got, err, c.want)
		}
	}
}

func TestExpandSaysWhatIsWrong(t *testing.T) {
	for _, c := range []struct{ sql, want string }{
		{"$__timeFilter(a, b)", "macro $__timeFilter: 2 arguments: want 1"},
		{"$__conditionalAll(a)", "macro $__conditionalAll: 1 arguments: want 2"},
		{"$__timeFilter(a", ") is missing"},
		{"$__timeGroup(a)", "macro $__timeGroup: unknown"},
		{"$__timeFilter", "macro $__timeFilter: unknown"},
		{"${model}", "write ${model:singlequote}"},
		{"${region:singlequote}", "variable ${region}: has no value"},
		{"${model:singlequote", "} is missing"},
	} {
		if got, err := Expand(c.sql, scope); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: got %q, %v, want %q", c.sql, got, err, c.want)
		}
	}
}

func TestAnIntervalIsASecondAtLeast(t *testing.T) {
	if got, _ := Expand("$__interval_s", Scope{Interval: time.Millisecond}); got != "1" {
		t.Errorf("got %s, want 1", got)
	}
}

// What is quoted as Grafana does it is the literal, for values as the queries of
// variables give them.
func FuzzLiteral(f *testing.F) {
	for _, name := range []string{"a", `it's`, `\`, `\'`, `'\\'`, ""} {
		f.Add(name)
	}
	f.Fuzz(func(t *testing.T, name string) {
		value := strings.ReplaceAll(name, `\`, `\\`)
		if grafana := "'" + strings.ReplaceAll(value, "'", `\'`) + "'"; literal(name) != grafana {
			t.Errorf("%q: %s, Grafana writes %s", name, literal(name), grafana)
		}
		if n := verbatim(literal(name) + ", 'next'"); n != len(literal(name)) {
			t.Errorf("%q: %s ends at %d", name, literal(name), n)
		}
	})
}
