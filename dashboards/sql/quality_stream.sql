SELECT
    $__timeInterval(r.window_to) AS time,
    concat(r.check, ' of ', r.model) AS series,
    argMax(r.value, r.window_to) AS value
FROM results AS r FINAL
PREWHERE $__conditionalAll(r.model IN (${model:singlequote}), $model) AND r.check IN ('volume', 'freshness', 'rejects') AND r.feature = '' AND r.segment = ''
    AND $__timeFilter(r.window_to) AND r.tick >= $__fromTime
GROUP BY time, series
ORDER BY time, series
LIMIT 50000
