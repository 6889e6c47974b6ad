SELECT
    $__timeInterval(r.window_to) AS time,
    concat(r.check, ' of ', r.version) AS series,
    avg(r.value) AS value,
    min(r.lower) AS lower,
    max(r.upper) AS upper,
    avg(r.limit) AS limit
FROM results AS r FINAL
PREWHERE r.model IN (${model:singlequote}) AND $__conditionalAll(r.version IN (${version:singlequote}), $version) AND r.check IN (${metric:singlequote})
    AND r.feature = '' AND r.segment = '' AND r.against = '' AND $__timeFilter(r.window_to) AND r.tick >= $__fromTime
GROUP BY time, series
ORDER BY time, series
LIMIT 50000
