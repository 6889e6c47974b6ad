-- Which versions could not have taken over, and why, as a tick saw it; and who
-- asked for an action or agreed to it.
ALTER TABLE ticks ADD COLUMN IF NOT EXISTS unfit Map(String, LowCardinality(String));

ALTER TABLE actions ADD COLUMN IF NOT EXISTS by String;

-- The stage of a move that people moved again: it was made, and guards count it.
ALTER TABLE actions MODIFY COLUMN stage Enum8('intent' = 1, 'would_have' = 2, 'failed' = 3, 'done' = 4, 'superseded' = 5, 'no_effect' = 6, 'effective' = 7, 'undone' = 8);
