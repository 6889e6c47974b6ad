SELECT $__timeInterval(bucket) AS time, model AS series, sum(rows) AS rows
FROM
(
    SELECT bucket, model, version, max(b.rows) AS rows
    FROM counted_buckets AS b
    WHERE $__conditionalAll(model IN (${model:singlequote}), $model) AND $__timeFilter(bucket)
    GROUP BY bucket, model, version
)
GROUP BY time, series
ORDER BY time, series
LIMIT 50000
