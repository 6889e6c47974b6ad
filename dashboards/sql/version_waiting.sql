SELECT
    $__timeInterval(tick) AS time,
    version AS series,
    max(dateDiff('second', labels_to, tick)) AS waiting
FROM verdicts
WHERE model IN (${model:singlequote}) AND $__conditionalAll(version IN (${version:singlequote}), $version) AND $__timeFilter(tick) AND labels_to != 0
GROUP BY time, series
ORDER BY time, series
LIMIT 50000
