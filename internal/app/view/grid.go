package view

import (
	"cmp"
	"fmt"
	"net/url"
	"reflect"
	"slices"
	"strings"
	"time"

	"github.com/driftd/driftd/dashboards"
	"github.com/driftd/driftd/dashboards/web"
	"github.com/driftd/driftd/internal/clickhouse"
)

// grid is an answer as a table; numbers of histograms and bars have a bar each.
func grid(p dashboards.Panel, a clickhouse.Answer) *web.Grid {
	g := &web.Grid{}
	columns := make([]dashboards.Column, len(a.Columns))
	for i, name := range a.Columns {
		columns[i] = dashboards.Column{Name: name}
		if at := slices.IndexFunc(p.Columns, func(c dashboards.Column) bool { return c.Name == name }); at >= 0 {
			columns[i] = p.Columns[at]
		}
		title := cmp.Or(columns[i].Title, strings.ReplaceAll(name, "_", " "))
		_, note, _ := scaled(cmp.Or(columns[i].Unit, p.Unit))
		if len(a.Rows) > 0 {
			if _, isNumber := number(a.Rows[0][i]); !isNumber {
				note = ""
			} else if columns[i].Unit != dashboards.State {
				g.Columns = append(g.Columns, web.GridColumn{Title: title + note, Number: true})
				continue
			}
		}
		g.Columns = append(g.Columns, web.GridColumn{Title: title})
	}
	bars := p.Kind == dashboards.Histogram || p.Kind == dashboards.Bar
	most := 0.
	for _, row := range a.Rows {
		cells := make([]web.Cell, len(row))
		for i, x := range row {
			cells[i] = cell(cmp.Or(columns[i].Unit, p.Unit), x)
			if n := cells[i].Number; n != nil {
				most = max(most, *n)
			}
			if link := columns[i].Link; link != nil {
				cells[i].Href = follow(*link, a.Columns, row)
			}
		}
		g.Rows = append(g.Rows, cells)
	}
	for _, row := range g.Rows {
		for i := range row {
			if n := row[i].Number; bars && n != nil && most > 0 {
				share := *n / most
				row[i].Bar = &share
			}
		}
	}
	return g
}

func cell(unit dashboards.Unit, x any) web.Cell {
	if r := reflect.ValueOf(x); r.Kind() == reflect.Pointer {
		if r.IsNil() {
			return web.Cell{Text: "–"}
		}
		x = r.Elem().Interface()
	}
	if t, ok := x.(time.Time); ok {
		if t.Unix() <= 0 { // unset in the store
			return web.Cell{Text: "–"}
		}
		t = t.UTC()
		return web.Cell{At: &t}
	}
	if state, ok := named(x); ok && unit == dashboards.State {
		return web.Cell{State: state}
	}
	if n, ok := number(x); ok {
		name, _, by := scaled(unit)
		n *= by
		return web.Cell{Number: &n, Unit: name}
	}
	if f, ok := x.(float64); ok { // NaN and infinities
		return web.Cell{Text: fmt.Sprint(f)}
	}
	return web.Cell{Text: fmt.Sprint(x)}
}

// follow is the board that a cell leads to, with values of its row.
func follow(l dashboards.Link, columns []string, row []any) string {
	values := url.Values{}
	for variable, column := range l.Values {
		if at := slices.Index(columns, column); at >= 0 {
			values.Set(variable, fmt.Sprint(row[at]))
		}
	}
	return web.BoardPath(l.Board, values)
}
