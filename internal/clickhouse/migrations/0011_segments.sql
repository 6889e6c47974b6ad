-- Counts also of the rows of one segment, such as region=eu; '' of all rows, as
-- are those that are there.
ALTER TABLE bucket_counts
    ADD COLUMN IF NOT EXISTS segment LowCardinality(String),
    MODIFY ORDER BY (model, version, reference_id, bucket, series, segment);
