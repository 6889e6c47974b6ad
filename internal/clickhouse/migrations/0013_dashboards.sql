-- The bins of a reference as people read them, beside the cells that counts are in:
-- cells first_cell to last_cell are one bin. rows are those of the reference.
CREATE TABLE IF NOT EXISTS reference_bins
(
    model        LowCardinality(String),
    version      String,
    reference_id String,
    series       LowCardinality(String),
    bin          UInt16,
    label        String,
    first_cell   Int32,
    last_cell    Int32,
    rows         UInt64
)
ENGINE = ReplacingMergeTree
ORDER BY (model, version, reference_id, series, bin);

-- Labelled rows of a block of a binary model by their score: bin b holds scores from
-- b/10 on, -1 rows without a probability. score is a sum.
CREATE TABLE IF NOT EXISTS score_bins
(
    model       LowCardinality(String),
    version     LowCardinality(String),
    window_from DateTime64(3, 'UTC'),
    window_to   DateTime64(3, 'UTC'),
    bin         Int8,
    called      Bool,
    rows        UInt64,
    positive    UInt64,
    score       Float64
)
ENGINE = ReplacingMergeTree
PARTITION BY toYYYYMM(window_to)
ORDER BY (model, version, window_to, bin, called);

-- The newest verdict of each version, so that a fleet need not be searched for it.
CREATE TABLE IF NOT EXISTS newest_verdicts
(
    model             LowCardinality(String),
    version           String,
    tick              DateTime64(3, 'UTC'),
    status            LowCardinality(String),
    reason            LowCardinality(String),
    serving           Bool,
    reference_id      String,
    drift_status      LowCardinality(String),
    drift_reason      LowCardinality(String),
    live_status       LowCardinality(String),
    live_reason       LowCardinality(String),
    first_seen        DateTime64(3, 'UTC'),
    counted_to        DateTime64(3, 'UTC'),
    drift_to          DateTime64(3, 'UTC'),
    labels_to         DateTime64(3, 'UTC'),
    share_of_alert    Float64,
    share_of_page     Float64,
    share_of_demotion Float64
)
ENGINE = ReplacingMergeTree(tick)
ORDER BY (model, version);

CREATE MATERIALIZED VIEW IF NOT EXISTS newest_verdicts_kept TO newest_verdicts AS
SELECT
    model, version, tick, status, reason, serving, reference_id,
    drift_status, drift_reason, live_status, live_reason, first_seen, counted_to, drift_to, labels_to,
    arrayMax(arrayMap((m, c) -> if(c > 0, greatest(0, m / c), 0), evidence.log_m, evidence.alert)) AS share_of_alert,
    arrayMax(arrayMap((m, c) -> if(c > 0, greatest(0, m / c), 0), evidence.log_m, evidence.page)) AS share_of_page,
    arrayMax(arrayMap((m, c) -> if(c > 0, greatest(0, m / c), 0), evidence.log_m, evidence.demote)) AS share_of_demotion
FROM verdicts;

INSERT INTO newest_verdicts
SELECT
    model, version, tick, status, reason, serving, reference_id,
    drift_status, drift_reason, live_status, live_reason, first_seen, counted_to, drift_to, labels_to,
    arrayMax(arrayMap((m, c) -> if(c > 0, greatest(0, m / c), 0), evidence.log_m, evidence.alert)) AS share_of_alert,
    arrayMax(arrayMap((m, c) -> if(c > 0, greatest(0, m / c), 0), evidence.log_m, evidence.page)) AS share_of_page,
    arrayMax(arrayMap((m, c) -> if(c > 0, greatest(0, m / c), 0), evidence.log_m, evidence.demote)) AS share_of_demotion
FROM verdicts FINAL
ORDER BY tick DESC
LIMIT 1 BY model, version;

CREATE OR REPLACE VIEW health AS
SELECT * FROM newest_verdicts FINAL;

-- Messages are rejected in the order of their time, more or less.
ALTER TABLE rejects ADD INDEX IF NOT EXISTS by_time rejected_at TYPE minmax GRANULARITY 1;
