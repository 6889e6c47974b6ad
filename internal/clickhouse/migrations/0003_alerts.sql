-- Every generation of every incident; pending until it was delivered. body is
-- the whole of it as JSON.
CREATE TABLE IF NOT EXISTS incidents
(
    model      LowCardinality(String),
    version    String,
    id         String,
    key        String,
    class      LowCardinality(String),
    slot       LowCardinality(String),
    state      LowCardinality(String),
    status     LowCardinality(String),
    opened     DateTime64(3, 'UTC'),
    updated    DateTime64(3, 'UTC'),
    closed     DateTime64(3, 'UTC'),
    headline   String,
    blocked    LowCardinality(String),
    generation UInt32,
    pending    Bool,
    body       String CODEC(ZSTD(3))
)
ENGINE = ReplacingMergeTree
ORDER BY (model, id, generation);

-- One row per stage that an action reached. At one tick, the stage with the
-- larger number is the later one.
CREATE TABLE IF NOT EXISTS actions
(
    id           String,
    model        LowCardinality(String),
    from_version String,
    to_version   String,
    slot         LowCardinality(String),
    tick         DateTime64(3, 'UTC'),
    stage        Enum8('intent' = 1, 'would_have' = 2, 'failed' = 3, 'done' = 4, 'superseded' = 5, 'no_effect' = 6, 'effective' = 7),
    at           DateTime64(3, 'UTC'),
    effective    DateTime64(3, 'UTC'),
    reason       LowCardinality(String),
    detector     String,
    log_m        Float64,
    threshold    Float64,
    labels       UInt64,
    detail       String
)
ENGINE = ReplacingMergeTree
ORDER BY (model, id, at, stage);
