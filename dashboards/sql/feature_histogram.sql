WITH
    (
        SELECT argMax((version, reference_id), (serving, tick))
        FROM health
        WHERE model IN (${model:singlequote}) AND $__conditionalAll(version IN (${version:singlequote}), $version) AND reference_id != ''
    ) AS chosen,
    (
        SELECT max(to_ts) FROM `references`
        WHERE model IN (${model:singlequote}) AND version = chosen.1 AND id = chosen.2 AND source != 'baseline'
    ) AS frozen,
    (
        SELECT sumMap(cells, n)
        FROM bucket_counts FINAL
        PREWHERE model IN (${model:singlequote}) AND version = chosen.1 AND reference_id = chosen.2 AND series IN (${feature:singlequote}) AND segment = ''
            AND $__timeFilter(bucket) AND bucket >= frozen
    ) AS live
SELECT
    label AS bin,
    rows / sum(rows) OVER () AS reference,
    if(empty(live.2), 0, arraySum((cell, rows) -> if(cell BETWEEN first_cell AND last_cell, rows, 0), live.1, live.2) / arraySum(live.2)) AS live_share
FROM
(
    SELECT bin, label, rows, first_cell, last_cell
    FROM reference_bins FINAL
    WHERE model IN (${model:singlequote}) AND version = chosen.1 AND reference_id = chosen.2 AND series IN (${feature:singlequote})
) AS b
ORDER BY b.bin
LIMIT 200
