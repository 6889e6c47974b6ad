SELECT
    intDiv(toUnixTimestamp(bucket) * 1000, {window:Int64}) AS window_number,
    segment,
    series,
    sumMap(cells, n).1,
    sumMap(cells, n).2
FROM bucket_counts FINAL
WHERE model = {model:String} AND version = {version:String} AND reference_id = {reference:String}
    AND bucket >= fromUnixTimestamp64Milli({from:Int64}, 'UTC') AND bucket < fromUnixTimestamp64Milli({to:Int64}, 'UTC')
GROUP BY window_number, segment, series
HAVING notEmpty(sumMap(cells, n).1)
ORDER BY window_number, segment, series
