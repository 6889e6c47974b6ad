SELECT
    $__timeInterval(tick) AS time,
    version AS series,
    max(indexOf(['healthy', 'inconclusive', 'errored', 'warning', 'critical'], toString(status))) AS state
FROM verdicts
WHERE model IN (${model:singlequote}) AND $__conditionalAll(version IN (${version:singlequote}), $version) AND $__timeFilter(tick)
GROUP BY time, series
ORDER BY time, series
LIMIT 50000
