// Package clickhouse stores everything driftd knows in ClickHouse and reads it
// back: events, counts per bucket, references, verdicts, incidents, actions.
// It is the only package that knows the driver. The other packages state what
// they need as small interfaces (ingest.Sink, evaluate.Buckets, alerts.Journal,
// …), all of which [Store] satisfies.
//
// Every statement is a file: queries/*.sql for what runs all the time, one
// statement each, and migrations/*.sql for the tables. Values are bound by the
// server; a template only ever writes identifiers, and those come from one
// quoting function with an allow-list.
//
// Writing twice what was written before changes nothing. Events carry their
// topic, partition and offset, and replace themselves; everything else is
// replaced by its key. So whatever was interrupted may simply be done again.
// Reads say FINAL wherever that matters.
//
// [Open] connects to nothing. Call [Store.Migrate] or [Store.CheckSchema], then
// [Store.EnsureModel] for every model, before events of it are stored.
package clickhouse
