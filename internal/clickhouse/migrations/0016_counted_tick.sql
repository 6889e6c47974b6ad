-- The tick that counted the bucket last: one without a verdict was cut short after it.
ALTER TABLE counted_buckets ADD COLUMN IF NOT EXISTS tick DateTime64(3, 'UTC');
