-- Which versions could not have taken over, and why, as a tick saw it; and who
-- asked for an action or agreed to it.
ALTER TABLE ticks ADD COLUMN IF NOT EXISTS unfit Map(String, LowCardinality(String));

ALTER TABLE actions ADD COLUMN IF NOT EXISTS by String;
