GRANT
{{- range .Tables}}
    SELECT ON {{id $.Database}}.{{id .}},
{{- end}}
    SELECT(model, version, id, source, from_ts, to_ts, rows, coverage, pinned_at) ON {{id .Database}}.`references`,
    SELECT(rejected_at, reason) ON {{id .Database}}.rejects,
    SELECT(active, database, table, rows, bytes_on_disk, modification_time) ON system.parts
TO {{id .User}}
