CREATE TABLE peer
(
    prediction_id String,
    version       LowCardinality(String),
    ts            DateTime64(3, 'UTC'),
    role          LowCardinality(String),
    score         Float64,
    class         LowCardinality(String),
{{- range .Numbers}}
    {{.}} Float64,
{{- end}}
{{- range .Texts}}
    {{.}} LowCardinality(String),
{{- end}}
    _topic        LowCardinality(String),
    _partition    UInt32,
    _offset       UInt64
)
ENGINE = MergeTree
PARTITION BY toYYYYMM(ts)
ORDER BY (version, ts, prediction_id)
