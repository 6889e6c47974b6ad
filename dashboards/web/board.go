package web

import (
	"net/url"
	"time"
)

// Board is a screen of panels, the same as in Grafana.
type Board struct {
	UID     string   `json:"uid"`
	Title   string   `json:"title"`
	About   string   `json:"about"`
	Boards  []Named  `json:"-"` // all boards
	Choices []Choice `json:"choices"`
	Span    Span     `json:"span"`
	Panels  []Panel  `json:"panels"`
}

// Named is something that can be chosen.
type Named struct {
	Value string `json:"value"`
	Text  string `json:"text"`
}

// Choice is a variable of a board.
type Choice struct {
	Name    string  `json:"name"`
	Title   string  `json:"title"`
	All     bool    `json:"all"` // "" may be chosen and stands for all
	Options []Named `json:"options"`
	Chosen  string  `json:"chosen"`
}

// Panel is one question and its answer in one of the forms; none is empty.
type Panel struct {
	Title  string  `json:"title"`
	About  string  `json:"about"`
	Wide   bool    `json:"-"`
	Wrong  string  `json:"wrong,omitempty"` // why there is no answer
	Chart  *Chart  `json:"chart,omitempty"`
	Tracks []Track `json:"tracks,omitempty"`
	Strips *Strips `json:"strips,omitempty"`
	Grid   *Grid   `json:"grid,omitempty"`
}

// Empty reports whether the panel has nothing to show.
func (p Panel) Empty() bool {
	return (p.Chart == nil || p.Chart.Empty()) && len(p.Tracks) == 0 && (p.Strips == nil || len(p.Strips.Rows) == 0) && (p.Grid == nil || len(p.Grid.Rows) == 0)
}

// Strips is a heat map: numbers of several series over time.
type Strips struct {
	Times []time.Time `json:"times"`
	Rows  []StripRow  `json:"rows"`
	Unit  string      `json:"unit"`
}

// StripRow is one series of a heat map.
type StripRow struct {
	Name   string     `json:"name"`
	Values []*float64 `json:"values"` // one a time, nil where there is none
	Levels []int      `json:"-"`      // 0 to 4, how much each asks for
	Most   float64    `json:"most"`
}

// Grid is an answer as a table.
type Grid struct {
	Columns []GridColumn `json:"columns"`
	Rows    [][]Cell     `json:"rows"`
}

// GridColumn is the head of a column.
type GridColumn struct {
	Title  string `json:"title"`
	Number bool   `json:"-"`
}

// Cell is one value, in one of the forms.
type Cell struct {
	Text   string     `json:"text,omitempty"`
	State  string     `json:"state,omitempty"`
	Number *float64   `json:"number,omitempty"`
	Unit   string     `json:"-"`
	At     *time.Time `json:"at,omitempty"`
	Href   string     `json:"-"`
	Bar    *float64   `json:"-"` // share of the longest one
}

// BoardPath is the address of a board with values of its variables.
func BoardPath(uid string, values url.Values) string {
	path := "/boards/" + url.PathEscape(uid)
	if len(values) > 0 {
		path += "?" + values.Encode()
	}
	return path
}

// boardOf is the address of the board about the version.
func boardOf(uid, model, version string) string {
	return BoardPath(uid, url.Values{"model": {model}, "version": {version}})
}

// ofBoard is the address of another board with what is chosen here.
func ofBoard(b Board, uid string) string {
	values := url.Values{"from": {b.Span.From.Format(time.RFC3339)}, "to": {b.Span.To.Format(time.RFC3339)}}
	for _, c := range b.Choices {
		if c.Chosen != "" {
			values.Set(c.Name, c.Chosen)
		}
	}
	return BoardPath(uid, values)
}
