SELECT
    $__timeInterval(tick) AS time,
    version AS series,
    max(transform(toString(status), ['healthy', 'inconclusive', 'errored', 'warning', 'critical'], [1, 2, 3, 4, 5], 0)) AS state
FROM verdicts FINAL
WHERE model IN (${model:singlequote}) AND $__conditionalAll(version IN (${version:singlequote}), $version) AND $__timeFilter(tick)
GROUP BY time, series
ORDER BY time, series
LIMIT 20000
