package grafana

import (
	"bytes"
	"fmt"

	"go.yaml.in/yaml/v3"

	"github.com/driftd/driftd/dashboards"
)

// sourceUID is the data source of provisioning.
const sourceUID = "driftd-clickhouse"

// Where Grafana's own expressions are computed.
const expressions = "__expr__"

// rules are the alert rules: the number of a query, its last value, a threshold. Grafana
// takes what begins with a dollar in such files for a variable of the environment,
// so that their queries have no macros.
func rules() ([]byte, error) {
	var list []map[string]any
	for _, r := range dashboards.Rules {
		span := map[string]any{"from": 3600, "to": 0}
		list = append(list, map[string]any{
			"uid": r.UID, "title": r.Title, "condition": "C", "for": fmt.Sprintf("%dm", r.Minutes), "noDataState": "Alerting", "execErrState": "Error",
			"annotations": map[string]any{"summary": r.Title, "description": r.About},
			"labels":      map[string]any{"source": tag},
			"data": []map[string]any{
				{"refId": "A", "datasourceUid": sourceUID, "relativeTimeRange": span, "model": map[string]any{
					"refId": "A", "editorType": "sql", "format": asTable, "queryType": "table", "pluginVersion": pluginVersion, "rawSql": dashboards.Query(r.SQL),
				}},
				{"refId": "B", "datasourceUid": expressions, "relativeTimeRange": span, "model": map[string]any{"refId": "B", "type": "reduce", "expression": "A", "reducer": "last"}},
				{"refId": "C", "datasourceUid": expressions, "relativeTimeRange": span, "model": map[string]any{
					"refId": "C", "type": "threshold", "expression": "B",
					"conditions": []map[string]any{{"evaluator": map[string]any{"type": "gt", "params": []float64{r.Above}}}},
				}},
			},
		})
	}
	var out bytes.Buffer
	e := yaml.NewEncoder(&out)
	e.SetIndent(2)
	err := e.Encode(map[string]any{
		"apiVersion": 1,
		"groups":     []map[string]any{{"orgId": 1, "name": tag, "folder": tag, "interval": "1m", "rules": list}},
	})
	return out.Bytes(), err
}
