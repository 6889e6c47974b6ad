-- A window without rows in a series, or in a segment, has no counts there. PREWHERE, for
-- with FINAL no other condition is looked at before the cells of a granule are read.
SELECT
    model,
    version,
    reference_id,
    intDiv(toUnixTimestamp(bucket) * 1000, {window:Int64}) * {window:Int64} AS window_start,
    segment,
    series,
    toString(cells),
    toString(n)
FROM bucket_counts FINAL
PREWHERE {{template "under"}}
    AND bucket >= fromUnixTimestamp64Milli({from:Int64}, 'UTC') AND bucket < fromUnixTimestamp64Milli({to:Int64}, 'UTC')
WHERE notEmpty(cells)
