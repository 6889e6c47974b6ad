// Package drift measures what watching drift costs: against other ways to
// compare the same rows, and with a thousand model versions in one daemon. The
// engine is the real one, the daemon has a process of its own. It has tests
// only: `go test` runs everything small, `make bench-drift` at the size whose
// figures are in the results.
package drift
