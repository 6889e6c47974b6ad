SELECT $__timeInterval(bucket) AS time, version AS series, sum(rows) AS rows
FROM
(
    SELECT bucket, version, max(b.rows) AS rows
    FROM counted_buckets AS b FINAL
    WHERE model IN (${model:singlequote}) AND $__conditionalAll(version IN (${version:singlequote}), $version) AND $__timeFilter(bucket)
    GROUP BY bucket, version
)
GROUP BY time, series
ORDER BY time, series
LIMIT 50000
