// Package dashboards holds every panel that driftd has to show, each once: the
// question it answers, the query and how the answer is drawn, for Grafana's dashboards
// (package grafana) and for the boards of the page.
//
// A query is SQL as Grafana's ClickHouse plugin reads it; [Expand] turns it into
// what the server reads. Queries read what driftd has evaluated and stored: results,
// verdicts, incidents, actions and counts by bucket, never events.
package dashboards
