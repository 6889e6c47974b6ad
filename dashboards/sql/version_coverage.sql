SELECT
    $__timeInterval(r.window_to) AS time,
    concat(r.model, ' ', r.version) AS series,
    avg(r.value) AS value,
    avg(r.limit) AS limit
FROM results AS r FINAL
PREWHERE r.model IN (${model:singlequote}) AND $__conditionalAll(r.version IN (${version:singlequote}), $version) AND r.check = 'coverage' AND r.segment = ''
    AND $__timeFilter(r.window_to) AND r.tick >= $__fromTime
GROUP BY time, series
ORDER BY time, series
LIMIT 50000
