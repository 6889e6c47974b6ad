package parts

import "testing"

// Grafana returns the directory whose node_modules hold Grafana's types and a
// TypeScript compiler. Node is on the PATH.
func Grafana(t testing.TB) string {
	t.Helper()
	dir, err := cached("grafana", grafanaVersion)
	if err != nil {
		absent(t, "the types of Grafana", "fetch-grafana", err)
	}
	return dir
}
