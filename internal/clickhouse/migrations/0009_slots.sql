-- People promote without archiving, empty a slot, or delete who holds it. A tick
-- keeps that it saw so, and what people allowed by tag; the history has a row
-- without a version where nobody holds the slot.
ALTER TABLE ticks
    ADD COLUMN IF NOT EXISTS also Array(String),
    ADD COLUMN IF NOT EXISTS lost Bool,
    ADD COLUMN IF NOT EXISTS mode LowCardinality(String);

ALTER TABLE slot_history ADD COLUMN IF NOT EXISTS also Array(String);
