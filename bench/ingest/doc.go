// Package ingest measures the way from Kafka into ClickHouse against its
// alternatives: the real broker, the real engine, the daemon in a process of
// its own. It has tests only: `go test` runs a short comparison, `make
// bench-ingest` the one whose figures are in results.txt.
package ingest
