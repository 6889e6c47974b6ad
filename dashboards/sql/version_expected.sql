SELECT
    $__timeInterval(r.window_to) AS time,
    concat(if(startsWith(r.check, 'expected_'), 'expected ', 'measured '), substring(r.check, if(startsWith(r.check, 'expected_'), 10, 1)), ' of ', r.version) AS series,
    avg(r.value) AS value
FROM results AS r FINAL
PREWHERE r.model IN (${model:singlequote}) AND $__conditionalAll(r.version IN (${version:singlequote}), $version)
    AND (r.check IN (${metric:singlequote}) OR startsWith(r.check, 'expected_') AND substring(r.check, 10) IN (${metric:singlequote}))
    AND r.feature = '' AND r.segment = '' AND r.against = '' AND $__timeFilter(r.window_to) AND r.tick >= $__fromTime
GROUP BY time, series
ORDER BY time, series
LIMIT 50000
