-- The knots and counts of a reference's series, as bytes: nearly all of it, and only
-- what compares needs them. The body has the rest, and of references of before all.
ALTER TABLE `references` ADD COLUMN IF NOT EXISTS columns String CODEC(ZSTD(1));
