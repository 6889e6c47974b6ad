WITH
    (
        SELECT argMax((version, reference_id), (serving, tick))
        FROM health
        WHERE model IN (${model:singlequote}) AND $__conditionalAll(version IN (${version:singlequote}), $version) AND reference_id != ''
    ) AS chosen
SELECT
    time,
    label AS series,
    arraySum((cell, rows) -> if(cell BETWEEN first_cell AND last_cell, rows, 0), live.1, live.2) / arraySum(live.2) AS value
FROM
(
    SELECT $__timeInterval(bucket) AS time, sumMap(cells, n) AS live
    FROM bucket_counts FINAL
    PREWHERE model IN (${model:singlequote}) AND version = chosen.1 AND reference_id = chosen.2 AND series IN (${feature:singlequote}) AND segment = '' AND $__timeFilter(bucket)
    GROUP BY time
) AS counts
CROSS JOIN
(
    SELECT bin, label, rows, first_cell, last_cell
    FROM reference_bins FINAL
    WHERE model IN (${model:singlequote}) AND version = chosen.1 AND reference_id = chosen.2 AND series IN (${feature:singlequote})
) AS b
ORDER BY time, b.bin
LIMIT 50000
