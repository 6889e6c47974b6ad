package view

import (
	"cmp"
	"fmt"
	"maps"
	"math"
	"reflect"
	"slices"
	"strings"
	"time"

	"github.com/driftd/driftd/dashboards"
	"github.com/driftd/driftd/dashboards/web"
	"github.com/driftd/driftd/internal/clickhouse"
)

// number is a value as the page draws it; false where it is none.
func number(x any) (float64, bool) {
	r := reflect.ValueOf(x)
	if r.Kind() == reflect.Pointer {
		if r.IsNil() {
			return 0, false
		}
		r = r.Elem()
	}
	switch {
	case !r.IsValid():
		return 0, false
	case r.CanFloat():
		return r.Float(), !math.IsNaN(r.Float()) && !math.IsInf(r.Float(), 0)
	case r.CanInt():
		return float64(r.Int()), true
	case r.CanUint():
		return float64(r.Uint()), true
	}
	return 0, false
}

// scaled writes units that the page does not know as ones that it does: seconds as
// hours, bytes as megabytes.
func scaled(unit dashboards.Unit) (name, note string, by float64) {
	switch unit {
	case dashboards.Share:
		return "share", "", 1
	case dashboards.Count:
		return "count", "", 1
	case dashboards.Seconds:
		return "", ", hours", 1. / 3600
	case dashboards.Bytes:
		return "", ", MB", 1e-6
	}
	return "", "", 1
}

// role is what a column of a time series is, by its name.
func role(column string) string {
	switch {
	case column == "lower", column == "upper":
		return column
	case column == "limit", strings.HasSuffix(column, "_limit"):
		return "limit"
	}
	return "value"
}

// lines is a time series with a line for each series and number.
func lines(p dashboards.Panel, a clickhouse.Answer) *web.Chart {
	unit, note, by := scaled(p.Unit)
	c := &web.Chart{Title: p.Title + note, Question: p.About, Unit: unit}
	first := 1
	named := len(a.Columns) > 1 && a.Columns[1] == "series"
	if named {
		first = 2
	}
	names := map[string]bool{}
	for _, row := range a.Rows {
		if named {
			names[fmt.Sprint(row[1])] = true
		}
	}
	at := map[web.Line]int{}
	for _, row := range a.Rows {
		t, ok := row[0].(time.Time)
		if !ok {
			continue
		}
		if n := len(c.Points); n == 0 || !c.Points[n-1].At.Equal(t) {
			c.Points = append(c.Points, web.Point{At: t.UTC()})
		}
		for i := first; i < len(row); i++ {
			line := web.Line{Name: a.Columns[i], Role: role(a.Columns[i])}
			switch {
			case len(names) > 1 && (line.Role == "lower" || line.Role == "upper"):
				continue // bands of several lines hide each other
			case named && line.Role == "value" && len(row) > first+1 && line.Name != "value":
				line.Name = fmt.Sprint(row[1], " ", line.Name)
			case named && (len(names) > 1 || line.Role == "value"):
				line.Name = fmt.Sprint(row[1])
				if line.Role == "limit" {
					line.Name += ", limit"
				}
			}
			k, ok := at[line]
			if !ok {
				k = len(c.Lines)
				at[line], c.Lines = k, append(c.Lines, line)
			}
			if x, ok := number(row[i]); ok {
				x *= by
				point := &c.Points[len(c.Points)-1]
				for len(point.Values) <= k {
					point.Values = append(point.Values, nil)
				}
				point.Values[k] = &x
			}
		}
	}
	for i := range c.Points {
		for len(c.Points[i].Values) < len(c.Lines) {
			c.Points[i].Values = append(c.Points[i].Values, nil)
		}
	}
	return c
}

// tracks are the runs of equal states of each series; a state holds until another
// one is told.
func tracks(a clickhouse.Answer, scope dashboards.Scope) []web.Track {
	var all []web.Track
	index := map[string]int{}
	for _, row := range a.Rows {
		t, ok := row[0].(time.Time)
		state, known := named(row[2])
		if !ok || !known {
			continue
		}
		name := fmt.Sprint(row[1])
		k, ok := index[name]
		if !ok {
			k = len(all)
			index[name], all = k, append(all, web.Track{Name: name})
		}
		runs := all[k].Runs
		span := web.Span{From: t.UTC(), To: t.UTC().Add(scope.Interval)}
		if n := len(runs); n > 0 && runs[n-1].State == state {
			runs[n-1].To = span.To
			continue
		} else if n > 0 {
			runs[n-1].To = span.From
		}
		all[k].Runs = append(runs, web.Run{Span: span, State: state})
	}
	return all
}

// named is the word for a number of [dashboards.States].
func named(x any) (string, bool) {
	n, ok := number(x)
	for _, s := range dashboards.States {
		if ok && float64(s.Number) == n {
			return s.Text, true
		}
	}
	return "", false
}

// mostStrips bounds a heat map to the series that reach most.
const mostStrips = 40

// heat is a strip of time for each series, those that reach most first.
func heat(p dashboards.Panel, a clickhouse.Answer) *web.Strips {
	unit, _, by := scaled(p.Unit)
	values := map[string]map[time.Time]float64{}
	times := map[time.Time]bool{}
	most := 0.
	for _, row := range a.Rows {
		t, ok := row[0].(time.Time)
		x, isNumber := number(row[2])
		if !ok || !isNumber {
			continue
		}
		name := fmt.Sprint(row[1])
		if values[name] == nil {
			values[name] = map[time.Time]float64{}
		}
		t, x = t.UTC(), x*by
		values[name][t], times[t], most = x, true, math.Max(most, x)
	}
	s := &web.Strips{Unit: unit, Times: slices.SortedFunc(maps.Keys(times), time.Time.Compare)}
	for name, at := range values {
		r := web.StripRow{Name: name, Values: make([]*float64, len(s.Times)), Levels: make([]int, len(s.Times))}
		for i, t := range s.Times {
			if x, ok := at[t]; ok {
				r.Values[i], r.Levels[i], r.Most = &x, level(x, p.Thresholds, most), math.Max(r.Most, x)
			}
		}
		s.Rows = append(s.Rows, r)
	}
	slices.SortFunc(s.Rows, func(a, b web.StripRow) int { return cmp.Or(cmp.Compare(b.Most, a.Most), cmp.Compare(a.Name, b.Name)) })
	s.Rows = s.Rows[:min(len(s.Rows), mostStrips)]
	return s
}

// level is how dark a value is: by the thresholds, else by its share of the largest.
func level(x float64, thresholds []dashboards.Threshold, most float64) int {
	if len(thresholds) == 0 {
		if most <= 0 {
			return 0
		}
		return int(math.Ceil(4 * math.Max(0, x) / most))
	}
	first, last := thresholds[0].From, thresholds[len(thresholds)-1].From
	switch {
	case x >= last:
		return 4
	case x >= first:
		return 2
	case x >= first/2:
		return 1
	}
	return 0
}
