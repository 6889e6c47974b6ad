CREATE MATERIALIZED VIEW pump TO peer AS
WITH JSONExtract(raw, 'Tuple(prediction_id String, version LowCardinality(String), timestamp String, role LowCardinality(String), score Float64, prediction LowCardinality(String), features Tuple(
{{- range $i, $f := .Numbers}}{{if $i}}, {{end}}{{$f}} Float64{{end}}
{{- range .Texts}}, {{.}} LowCardinality(String){{end}}))') AS e
SELECT
    e.prediction_id AS prediction_id,
    e.version AS version,
    parseDateTime64BestEffort(e.timestamp, 3, 'UTC') AS ts,
    e.role AS role,
    e.score AS score,
    e.prediction AS class,
{{- range .Features}}
    e.features.{{.}} AS {{.}},
{{- end}}
    _topic,
    _partition,
    _offset
FROM queue
