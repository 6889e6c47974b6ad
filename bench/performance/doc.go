// Package performance measures what live metrics cost beside scikit-learn: the AUC
// with its DeLong interval of ten million scored rows, from rows and from the counts
// that rows leave. It has tests only: `go test` runs them small, `make
// bench-performance` at the size whose figures are in the results.
package performance
