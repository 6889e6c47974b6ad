package grafana

import (
	"strings"

	"github.com/driftd/driftd/dashboards"
)

// What the files are written for.
const (
	pluginType    = "grafana-clickhouse-datasource"
	pluginVersion = "4.20.0"
	schemaVersion = 42
	tag           = "driftd"
)

// clickhouse is the data source that people choose above each dashboard.
var clickhouse = source{Type: pluginType, UID: "${datasource}"}

// Formats of answers.
const (
	asSeries = 0
	asTable  = 1
)

func query(sql string, format int) target {
	kind := "timeseries"
	if format == asTable {
		kind = "table"
	}
	return target{
		Datasource: &clickhouse, EditorType: "sql", Format: format, PluginVersion: pluginVersion, QueryType: kind, RawSQL: sql, RefID: "A",
	}
}

// build turns a board into a dashboard.
func build(b dashboards.Board) dashboard {
	return dashboard{
		Annotations:   annotations{marks(b)},
		Description:   b.About,
		GraphTooltip:  1,
		Links:         []link{{AsDropdown: true, Icon: "external link", IncludeVars: true, KeepTime: true, Tags: []string{tag}, Title: "driftd", Type: "dashboards"}},
		Panels:        panels(b),
		Refresh:       "5m",
		SchemaVersion: schemaVersion,
		Tags:          []string{tag},
		Templating:    templating{variables(b)},
		Time:          timeRange{From: "now-30d", To: "now"},
		Timezone:      "utc",
		Title:         "driftd: " + b.Title,
		UID:           b.UID,
	}
}

// marks are the annotations; the first is Grafana's own, which each dashboard has.
func marks(b dashboards.Board) []annotation {
	list := []annotation{{BuiltIn: 1, Datasource: source{"grafana", "-- Grafana --"}, Enable: true, Hide: true, IconColor: "blue", Name: "Annotations & Alerts", Type: "dashboard"}}
	if !b.Annotations {
		return list
	}
	for _, m := range dashboards.Marks {
		t := query(dashboards.Query(m.SQL), asTable)
		list = append(list, annotation{Datasource: clickhouse, Enable: true, IconColor: colorOf(m.Mood), Name: m.Title, Target: &t})
	}
	return list
}

func variables(b dashboards.Board) []variable {
	list := []variable{{
		Description: "The ClickHouse that driftd writes to.", Label: "Data source", Name: "datasource", Options: []option{},
		Query: pluginType, Refresh: 1, Type: "datasource",
	}}
	for _, v := range b.Variables {
		out := variable{
			Datasource: &clickhouse, Description: v.About, IncludeAll: v.Multi, Label: v.Title, Multi: v.Multi, Name: v.Name,
			Options: []option{}, Query: query(dashboards.Query(v.SQL), asTable), Refresh: 2, Type: "query",
		}
		if v.Multi {
			out.Current = &current{Text: []string{"All"}, Value: []string{"$__all"}}
		}
		list = append(list, out)
	}
	return list
}

// panels places the panels of a board from left to right, and below when a line is full.
func panels(b dashboards.Board) []panel {
	list := make([]panel, 0, len(b.Panels))
	x, y, line := 0, 0, 0
	for i, p := range b.Panels {
		if x+p.Width > dashboards.Grid {
			x, y, line = 0, y+line, 0
		}
		list = append(list, panel{
			Datasource: clickhouse, Description: p.About, FieldConfig: config(p), GridPos: gridPos{H: p.Height, W: p.Width, X: x, Y: y}, ID: i + 1,
			Options: options(p), Targets: []target{query(p.Query(), format(p.Kind))}, Title: p.Title, Type: kinds[p.Kind],
		})
		x, line = x+p.Width, max(line, p.Height)
	}
	return list
}

// kinds are the panels of Grafana.
var kinds = map[dashboards.Kind]string{
	dashboards.TimeSeries:    "timeseries",
	dashboards.StateTimeline: "state-timeline",
	dashboards.HeatMap:       "heatmap",
	dashboards.Table:         "table",
	dashboards.Stat:          "stat",
	dashboards.Histogram:     "barchart",
	dashboards.Bar:           "barchart",
}

func format(k dashboards.Kind) int {
	switch k {
	case dashboards.TimeSeries, dashboards.StateTimeline, dashboards.HeatMap:
		return asSeries
	}
	return asTable
}

// colorOf is the colour of a mood.
func colorOf(m dashboards.Mood) string {
	switch m {
	case dashboards.Unknown:
		return "#7b8087"
	case dashboards.Notice:
		return "orange"
	case dashboards.Alarm:
		return "red"
	}
	return "green"
}

// several says whether a time series has more numbers than one at each time.
func several(sql string) bool { return strings.Contains(sql, " AS limit") }
