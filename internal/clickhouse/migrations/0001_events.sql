-- What came from Kafka, beside the predictions_<model> tables that are made for
-- each model. A token window of 10,000 parts lets a retried insert be dropped
-- by the server; the key drops what slips through.

-- Every outcome is a fact of its own: which one counts is decided when asked.
CREATE TABLE IF NOT EXISTS outcomes
(
    model         LowCardinality(String),
    ts            DateTime64(3, 'UTC'),
    prediction_id String,
    label         LowCardinality(String),
    value         Nullable(Float64),
    _topic        LowCardinality(String),
    _partition    UInt32,
    _offset       UInt64
)
ENGINE = ReplacingMergeTree
PARTITION BY toYYYYMM(ts)
ORDER BY (model, ts, prediction_id, _topic, _partition, _offset)
SETTINGS non_replicated_deduplication_window = 10000;

CREATE TABLE IF NOT EXISTS rejects
(
    ts         DateTime64(3, 'UTC'),
    model      String,
    reason     LowCardinality(String),
    detail     String,
    excerpt    String,
    _topic     LowCardinality(String),
    _partition UInt32,
    _offset    UInt64
)
ENGINE = ReplacingMergeTree
ORDER BY (_topic, _partition, _offset)
SETTINGS non_replicated_deduplication_window = 10000;

-- Which name of a model's feature or segment stands behind which column.
CREATE TABLE IF NOT EXISTS features
(
    model        String,
    table_name   String,
    column_name  String,
    column_type  String,
    name         String
)
ENGINE = ReplacingMergeTree
ORDER BY (table_name, column_name);
