CREATE MATERIALIZED VIEW pump TO peer AS
SELECT
    prediction_id,
    version,
    timestamp AS ts,
    role,
    score,
    prediction AS class,
{{- range .Features}}
    features.{{.}} AS {{.}},
{{- end}}
    _topic,
    _partition,
    _offset
FROM queue
