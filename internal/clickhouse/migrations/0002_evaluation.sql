-- Rows of a version per bucket of event time, in the cells of one reference.
CREATE TABLE IF NOT EXISTS bucket_counts
(
    model        LowCardinality(String),
    version      LowCardinality(String),
    reference_id LowCardinality(String),
    bucket       DateTime('UTC'),
    series       LowCardinality(String),
    cells        Array(Int32),
    n            Array(UInt64)
)
ENGINE = ReplacingMergeTree
PARTITION BY toYYYYMM(bucket)
ORDER BY (model, version, reference_id, bucket, series);

-- body is the whole reference as JSON.
CREATE TABLE IF NOT EXISTS `references`
(
    model     LowCardinality(String),
    version   String,
    id        String,
    source    LowCardinality(String),
    from_ts   DateTime64(3, 'UTC'),
    to_ts     DateTime64(3, 'UTC'),
    rows      UInt64,
    coverage  Float64,
    pinned_at DateTime64(3, 'UTC'),
    body      String CODEC(ZSTD(3))
)
ENGINE = ReplacingMergeTree
ORDER BY (model, version, id);

CREATE TABLE IF NOT EXISTS results
(
    model        LowCardinality(String),
    version      LowCardinality(String),
    tick         DateTime64(3, 'UTC'),
    window_from  DateTime64(3, 'UTC'),
    window_to    DateTime64(3, 'UTC'),
    check        LowCardinality(String),
    feature      LowCardinality(String),
    segment      LowCardinality(String),
    against      String,
    value        Nullable(Float64),
    lower        Nullable(Float64),
    upper        Nullable(Float64),
    limit        Nullable(Float64),
    p_value      Nullable(Float64),
    rows         UInt64,
    status       LowCardinality(String),
    reason       LowCardinality(String),
    reference_id String
)
ENGINE = ReplacingMergeTree
PARTITION BY toYYYYMM(tick)
ORDER BY (model, version, check, feature, segment, against, window_to, tick);

-- One insert holds all verdicts of a tick, evidence included: it is the commit
-- of an evaluation. No partitions, so that it is one part: all or nothing.
-- Times that are not known are 1970-01-01.
CREATE TABLE IF NOT EXISTS verdicts
(
    model        LowCardinality(String),
    version      String,
    tick         DateTime64(3, 'UTC'),
    status       LowCardinality(String),
    reason       LowCardinality(String),
    serving      Bool,
    reference_id String,
    drift_status LowCardinality(String),
    drift_reason LowCardinality(String),
    live_status  LowCardinality(String),
    live_reason  LowCardinality(String),
    first_seen   DateTime64(3, 'UTC'),
    counted_to   DateTime64(3, 'UTC'),
    drift_to     DateTime64(3, 'UTC'),
    labels_to    DateTime64(3, 'UTC'),
    evidence     Nested
    (
        kind      LowCardinality(String),
        check     LowCardinality(String),
        feature   String,
        against   String,
        limit     Float64,
        log_m     Float64,
        alert     Float64,
        page      Float64,
        demote    Float64,
        level     LowCardinality(String),
        since     DateTime64(3, 'UTC'),
        started   DateTime64(3, 'UTC'),
        blocks    Int64,
        rows      UInt64,
        peak      Float64,
        design    Float64,
        calm      Int64,
        state     String
    )
)
ENGINE = ReplacingMergeTree
ORDER BY (model, version, tick);

-- A tick that was started and what the registry showed then, so that repeating
-- it after a crash sees the same; and a tick that was done.
CREATE TABLE IF NOT EXISTS ticks
(
    model       LowCardinality(String),
    tick        DateTime64(3, 'UTC'),
    state       LowCardinality(String),
    known       Bool,
    serving     String,
    fallback    String,
    held        Map(String, String),
    recorded_at DateTime64(3, 'UTC') DEFAULT now64(3)
)
ENGINE = ReplacingMergeTree
ORDER BY (model, state, tick);

CREATE TABLE IF NOT EXISTS slot_history
(
    model   LowCardinality(String),
    slot    LowCardinality(String),
    version String,
    from_ts DateTime64(3, 'UTC'),
    reason  LowCardinality(String),
    by      String
)
ENGINE = ReplacingMergeTree
ORDER BY (model, from_ts);

-- Tags as last written to the registry.
CREATE TABLE IF NOT EXISTS tags
(
    model   LowCardinality(String),
    version String,
    key     LowCardinality(String),
    value   String,
    tick    DateTime64(3, 'UTC')
)
ENGINE = ReplacingMergeTree
ORDER BY (model, version, key, tick);
