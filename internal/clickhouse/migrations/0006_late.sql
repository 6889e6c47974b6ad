-- Rows of a version per bucket when it was counted, repeated events included:
-- another number now says that rows came late.
CREATE TABLE IF NOT EXISTS counted_buckets
(
    model        LowCardinality(String),
    version      LowCardinality(String),
    reference_id LowCardinality(String),
    bucket       DateTime('UTC'),
    rows         UInt64
)
ENGINE = ReplacingMergeTree
PARTITION BY toYYYYMM(bucket)
ORDER BY (model, version, reference_id, bucket);

-- A window that was judged anew has a higher revision.
ALTER TABLE results ADD COLUMN IF NOT EXISTS revision UInt32;
ALTER TABLE verdicts ADD COLUMN IF NOT EXISTS revision UInt32, ADD COLUMN IF NOT EXISTS revised DateTime64(3, 'UTC');

CREATE OR REPLACE VIEW results_latest AS
SELECT * FROM results FINAL
ORDER BY window_to DESC, tick DESC
LIMIT 1 BY model, version, check, feature, segment, against;
