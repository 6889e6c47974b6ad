package grafana

import (
	"strconv"
	"strings"

	"github.com/driftd/driftd/dashboards"
)

// config says how the numbers of a panel are written and coloured.
func config(p dashboards.Panel) fieldConfig {
	d := defaults{Custom: fields{}, Thresholds: steps(p.Thresholds)}
	d.unit(p.Unit)
	overrides := []override{}
	series := strings.Contains(p.Query(), " AS series")
	switch p.Kind {
	case dashboards.TimeSeries:
		d.Color = &color{Mode: "palette-classic"}
		d.Custom = lines(p)
		if several(p.Query()) {
			overrides = append(overrides, bounds...)
		}
	case dashboards.StateTimeline:
		d.Color = &color{Mode: "thresholds"}
		d.Custom = fields{"fillOpacity": 80, "lineWidth": 0}
	case dashboards.HeatMap:
		d.Custom = fields{"hideFrom": hidden(false)}
	case dashboards.Histogram, dashboards.Bar:
		d.Color = &color{Mode: "palette-classic"}
		d.Custom = fields{"fillOpacity": 80, "lineWidth": 0, "axisPlacement": "auto"}
	case dashboards.Table:
		d.Color = &color{Mode: "thresholds"}
		d.Custom = fields{"align": "auto", "filterable": true, "inspect": false, "cellOptions": fields{"type": "auto"}}
	case dashboards.Stat:
		d.Color = &color{Mode: "thresholds"}
	}
	if series {
		d.DisplayName = "${__field.labels.series}"
		if several(p.Query()) {
			d.DisplayName += " ${__field.name}"
		}
	}
	for _, c := range p.Columns {
		overrides = append(overrides, column(p, c))
	}
	return fieldConfig{Defaults: d, Overrides: overrides}
}

// lines draw a time series. A gap of a few points is bridged, since windows may be
// further apart than points.
func lines(p dashboards.Panel) fields {
	custom := fields{
		"axisPlacement": "auto", "drawStyle": "line", "fillOpacity": 0, "hideFrom": hidden(false), "lineInterpolation": "linear", "lineWidth": 1,
		"pointSize": 4, "showPoints": "auto", "spanNulls": true, "stacking": fields{"group": "A", "mode": "none"}, "thresholdsStyle": fields{"mode": "off"},
	}
	if len(p.Thresholds) > 0 {
		custom["thresholdsStyle"] = fields{"mode": "dashed"}
	}
	if p.Stacked {
		custom["fillOpacity"], custom["stacking"], custom["spanNulls"] = 40, fields{"group": "A", "mode": "normal"}, false
	}
	return custom
}

// bounds draw intervals and limits beside the values. A name is matched before it is
// made readable as after.
var bounds = []override{
	named("/^(lower|upper)( |$)| (lower|upper)$/", property{"custom.lineStyle", fields{"dash": []int{2, 4}, "fill": "dash"}}, property{"custom.showPoints", "never"}, property{"custom.hideFrom", fields{"legend": true, "tooltip": false, "viz": false}}),
	named("/^limit( |$)| limit$/", property{"custom.lineStyle", fields{"dash": []int{10, 10}, "fill": "dash"}}, property{"custom.showPoints", "never"}, property{"color", color{FixedColor: "red", Mode: "fixed"}}),
}

func named(pattern string, properties ...property) override {
	return override{matcher{"byRegexp", pattern}, properties}
}

// column says what there is to know of a column.
func column(p dashboards.Panel, c dashboards.Column) override {
	o := override{Matcher: matcher{"byName", c.Name}}
	set := func(id string, value any) { o.Properties = append(o.Properties, property{id, value}) }
	if c.Title != "" {
		set("displayName", c.Title)
	}
	if c.Unit != "" {
		var d defaults
		d.unit(c.Unit)
		set("unit", d.Unit)
		if d.Decimals != nil {
			set("decimals", *d.Decimals)
		}
		if d.Mappings != nil {
			set("mappings", d.Mappings)
		}
	}
	if len(c.Thresholds) > 0 {
		set("thresholds", steps(c.Thresholds))
	}
	if p.Kind == dashboards.Table && (len(c.Thresholds) > 0 || c.Unit == dashboards.State) {
		set("custom.cellOptions", fields{"type": "color-text"})
	}
	if c.Link != nil {
		set("links", []fields{{"title": "Open", "url": address(*c.Link)}})
	}
	if len(o.Properties) == 0 {
		set("displayName", c.Name)
	}
	return o
}

// address leads to another dashboard, at the same time.
func address(l dashboards.Link) string {
	url := "/d/" + l.Board + "?${datasource:queryparam}&${__url_time_range}"
	for _, b := range dashboards.Boards() {
		if b.UID != l.Board {
			continue
		}
		for _, v := range b.Variables {
			if column, ok := l.Values[v.Name]; ok {
				url += "&var-" + v.Name + "=${__data.fields." + column + ":percentencode}"
			} else if v.Name == "model" {
				url += "&${model:queryparam}"
			}
		}
	}
	return url
}

// unit sets what a unit says.
func (d *defaults) unit(u dashboards.Unit) {
	switch u {
	case dashboards.Text:
		d.Unit = "string"
	case dashboards.Number:
		d.Unit, d.Decimals = "none", whole(3)
	case dashboards.Count:
		d.Unit, d.Decimals = "locale", whole(0)
	case dashboards.Share:
		d.Unit, d.Decimals = "percentunit", whole(1)
	case dashboards.Seconds:
		d.Unit = "s"
	case dashboards.Bytes:
		d.Unit = "bytes"
	case dashboards.Time:
		d.Unit = "time:YYYY-MM-DD HH:mm"
	case dashboards.State:
		d.Unit, d.Decimals = "none", whole(0)
		m := mapping{Type: "value", Options: map[string]mapped{}}
		for i, s := range dashboards.States {
			m.Options[strconv.Itoa(s.Number)] = mapped{Color: colorOf(s.Mood), Index: i, Text: s.Text}
		}
		d.Mappings = []mapping{m}
	}
}

func whole(n int) *int { return &n }

func steps(list []dashboards.Threshold) thresholds {
	t := thresholds{Mode: "absolute", Steps: []step{{Color: colorOf(dashboards.Calm)}}}
	for _, one := range list {
		t.Steps = append(t.Steps, step{Color: colorOf(one.Mood), Value: &one.From})
	}
	return t
}

func hidden(yes bool) fields { return fields{"legend": yes, "tooltip": yes, "viz": yes} }
