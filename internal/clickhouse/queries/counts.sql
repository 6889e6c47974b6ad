-- A window without rows in a series, or in a segment, has no counts there.
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
WHERE {{template "under"}}
    AND bucket >= fromUnixTimestamp64Milli({from:Int64}, 'UTC') AND bucket < fromUnixTimestamp64Milli({to:Int64}, 'UTC')
    AND notEmpty(cells)
