package grafana

import "github.com/driftd/driftd/dashboards"

// options of a panel as a whole.
func options(p dashboards.Panel) fields {
	legend := fields{"calcs": []string{}, "displayMode": "list", "placement": "bottom", "showLegend": true}
	tooltip := fields{"mode": "multi", "sort": "desc"}
	switch p.Kind {
	case dashboards.StateTimeline:
		return fields{"alignValue": "left", "legend": legend, "mergeValues": true, "rowHeight": 0.9, "showValue": "never", "tooltip": fields{"mode": "single", "sort": "none"}}
	case dashboards.HeatMap:
		return fields{
			"calculate": false, "cellGap": 1, "color": scale(p), "exemplars": fields{"color": "rgba(255,0,255,0.7)"}, "filterValues": fields{"le": 1e-9},
			"legend": fields{"show": true}, "rowsFrame": fields{"layout": "auto", "value": p.Title}, "showValue": "never",
			"tooltip": fields{"mode": "single", "showColorScale": true, "yHistogram": false}, "yAxis": fields{"axisPlacement": "left"},
			"cellValues": fields{"unit": units(p.Unit)},
		}
	case dashboards.Histogram, dashboards.Bar:
		return fields{
			"barRadius": 0, "barWidth": 0.9, "fullHighlight": false, "groupWidth": 0.8, "legend": legend, "orientation": orientation(p.Kind), "showValue": "never",
			"stacking": "none", "tooltip": tooltip, "xTickLabelRotation": 0, "xTickLabelSpacing": 0,
		}
	case dashboards.Table:
		return fields{"cellHeight": "sm", "showHeader": true, "sortBy": []string{}}
	case dashboards.Stat:
		return fields{
			"colorMode": "background", "graphMode": "none", "justifyMode": "auto", "orientation": "auto", "percentChangeColorMode": "standard",
			"reduceOptions": fields{"calcs": []string{"lastNotNull"}, "fields": "", "values": false}, "showPercentChange": false, "textMode": "value_and_name", "wideLayout": true,
		}
	}
	return fields{"legend": legend, "tooltip": tooltip}
}

// scale colours a heat map from 0 to a little beyond what alarms, so that the same
// colour says the same at any time.
func scale(p dashboards.Panel) fields {
	s := fields{"exponent": 0.5, "fill": "red", "mode": "scheme", "reverse": false, "scale": "exponential", "scheme": "Oranges", "steps": 64, "min": 0}
	if n := len(p.Thresholds); n > 0 {
		s["max"] = 2 * p.Thresholds[n-1].From
	}
	return s
}

func units(u dashboards.Unit) string {
	var d defaults
	d.unit(u)
	return d.Unit
}

func orientation(k dashboards.Kind) string {
	if k == dashboards.Bar {
		return "horizontal"
	}
	return "vertical"
}
