CREATE TABLE naive
(
    prediction_id String,
    version       LowCardinality(String),
    ts            DateTime64(3, 'UTC'),
    role          LowCardinality(String),
    score         Float64,
    class         LowCardinality(String),
    numbers       Map(LowCardinality(String), Float64),
    texts         Map(LowCardinality(String), String)
)
ENGINE = MergeTree
PARTITION BY toYYYYMM(ts)
ORDER BY (version, ts, prediction_id)
