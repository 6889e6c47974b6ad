SELECT
    $__timeInterval(r.window_to) AS time,
    r.version AS series,
    max(r.rows) AS rows
FROM results AS r FINAL
PREWHERE r.model IN (${model:singlequote}) AND $__conditionalAll(r.version IN (${version:singlequote}), $version)
    AND r.check = 'psi' AND r.feature IN (${feature:singlequote}) AND r.segment = '' AND r.against = ''
    AND $__timeFilter(r.window_to) AND r.tick >= $__fromTime
GROUP BY time, series
ORDER BY time, series
LIMIT 50000
