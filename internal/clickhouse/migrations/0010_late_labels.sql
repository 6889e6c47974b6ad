-- Outcomes of a model per bucket of their own time when the block of labels that
-- they belong to was judged: another number now says that labels came late.
CREATE TABLE IF NOT EXISTS noted_outcomes
(
    model  LowCardinality(String),
    bucket DateTime('UTC'),
    rows   UInt64
)
ENGINE = ReplacingMergeTree
PARTITION BY toYYYYMM(bucket)
ORDER BY (model, bucket);
