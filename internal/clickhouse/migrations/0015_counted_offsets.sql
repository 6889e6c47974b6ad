-- The sum of the offsets of those rows, which tells also a row that took the place of
-- another; 0 where it was not noted.
ALTER TABLE counted_buckets ADD COLUMN IF NOT EXISTS offsets UInt64;
