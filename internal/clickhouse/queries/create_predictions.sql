-- A month a partition: a day each makes 275 parts of one insert that catches up
-- on 275 days.
CREATE TABLE IF NOT EXISTS {{id .Table}}
(
    prediction_id String,
    version       LowCardinality(String),
    ts            DateTime64(3, 'UTC'),
    role          LowCardinality(String),
    score         Nullable(Float64),
    class         LowCardinality(String),
{{- range .Columns}}
    {{id .Column}} {{.Type}},
{{- end}}
    extra         Map(LowCardinality(String), String),
    _topic        LowCardinality(String),
    _partition    UInt32,
    _offset       UInt64
)
ENGINE = ReplacingMergeTree(_offset)
PARTITION BY toYYYYMM(ts)
ORDER BY (version, ts, prediction_id)
SETTINGS non_replicated_deduplication_window = 10000
