-- What it takes to decode a rejected message again. The message goes after 30
-- days, the row stays: how many there were is a measure of data quality.
ALTER TABLE rejects
    ADD COLUMN IF NOT EXISTS kind LowCardinality(String),
    ADD COLUMN IF NOT EXISTS read_as LowCardinality(String),
    ADD COLUMN IF NOT EXISTS place String,
    ADD COLUMN IF NOT EXISTS rejected_at DateTime64(3, 'UTC') DEFAULT ts,
    ADD COLUMN IF NOT EXISTS size UInt32,
    ADD COLUMN IF NOT EXISTS encoded Bool,
    ADD COLUMN IF NOT EXISTS key String CODEC(ZSTD(3)) TTL toDateTime(rejected_at) + INTERVAL 30 DAY,
    ADD COLUMN IF NOT EXISTS header_names Array(String) CODEC(ZSTD(3)) TTL toDateTime(rejected_at) + INTERVAL 30 DAY,
    ADD COLUMN IF NOT EXISTS header_values Array(String) CODEC(ZSTD(3)) TTL toDateTime(rejected_at) + INTERVAL 30 DAY,
    ADD COLUMN IF NOT EXISTS message String CODEC(ZSTD(3)) TTL toDateTime(rejected_at) + INTERVAL 30 DAY;

-- The last time that a rejected message was decoded again: it became an event,
-- which is final, or it has a newer reason.
CREATE TABLE IF NOT EXISTS reject_replays
(
    _topic      LowCardinality(String),
    _partition  UInt32,
    _offset     UInt64,
    replayed_at DateTime64(3, 'UTC') DEFAULT now64(3),
    stored      UInt8,
    model       String,
    reason      LowCardinality(String),
    detail      String
)
ENGINE = ReplacingMergeTree(stored)
ORDER BY (_topic, _partition, _offset);

-- How far files have been loaded: a row before and after each range.
CREATE TABLE IF NOT EXISTS loads
(
    source   String,
    next     UInt64,
    pending  UInt64,
    finished Bool,
    name     String,
    kind     LowCardinality(String),
    topic    String,
    started  DateTime64(3, 'UTC'),
    rows     UInt64,
    events   UInt64,
    rejected UInt64,
    skipped  UInt64,
    saved_at DateTime64(3, 'UTC') DEFAULT now64(3)
)
ENGINE = ReplacingMergeTree
ORDER BY (source, finished, next);

-- Rejected messages that are no events yet, with their newest reason.
CREATE VIEW IF NOT EXISTS rejects_open AS
SELECT
    r._topic AS _topic,
    r._partition AS _partition,
    r._offset AS _offset,
    r.ts AS ts,
    r.rejected_at AS rejected_at,
    r.kind AS kind,
    r.read_as AS read_as,
    r.place AS place,
    if(n.reason = '', r.model, n.model) AS model,
    if(n.reason = '', r.reason, n.reason) AS reason,
    if(n.reason = '', r.detail, n.detail) AS detail,
    r.excerpt AS excerpt,
    r.size AS size,
    r.encoded AS encoded,
    r.kind != '' AND NOT r.encoded AND length(r.message) = r.size AS replayable,
    r.key AS key,
    r.header_names AS header_names,
    r.header_values AS header_values,
    r.message AS message
FROM rejects AS r FINAL
LEFT JOIN reject_replays AS n FINAL ON r._topic = n._topic AND r._partition = n._partition AND r._offset = n._offset
WHERE n.stored = 0;
