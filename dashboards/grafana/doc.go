// Package grafana turns the boards of package dashboards into files that Grafana
// reads: dashboards in the classic JSON schema, and provisioning of the data source,
// the dashboards and the alert rules about driftd itself.
//
// The files in generated are these; `go generate` makes them anew.
package grafana

//go:generate go run github.com/driftd/driftd/cmd/driftd dashboards --out generated
