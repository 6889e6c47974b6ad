// Package seed fills a database with an invented fleet, as large as asked for, so
// that panels have something to show in tests and benchmarks. The same fleet is the
// same rows each time.
package seed
