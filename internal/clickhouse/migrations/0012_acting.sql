-- Which versions could not have taken over, and why, as a tick saw it; and who
-- asked for an action or agreed to it.
ALTER TABLE ticks ADD COLUMN IF NOT EXISTS unfit Map(String, LowCardinality(String));

ALTER TABLE actions ADD COLUMN IF NOT EXISTS by String;

-- A move that people moved again was made, and guards count it. The others are of
-- approve mode and of orders.
ALTER TABLE actions MODIFY COLUMN stage Enum8('intent' = 1, 'would_have' = 2, 'failed' = 3, 'done' = 4, 'superseded' = 5, 'no_effect' = 6, 'effective' = 7, 'undone' = 8, 'proposed' = 0, 'approved' = 9, 'expired' = 10, 'refused' = 11);

-- What people ask for. An order is carried out or refused by the action with its id.
CREATE TABLE IF NOT EXISTS orders
(
    model    LowCardinality(String),
    id       String,
    kind     LowCardinality(String),
    proposal String,
    to       String,
    by       String,
    why      String,
    at       DateTime64(3, 'UTC')
)
ENGINE = ReplacingMergeTree
ORDER BY (model, at, id);
