SELECT
    $__timeInterval(r.window_to) AS time,
    concat(r.feature, ' ', r.check) AS series,
    max(r.value) AS value
FROM results AS r FINAL
WHERE r.model IN (${model:singlequote}) AND r.check IN ('missing', 'invalid', 'unseen') AND r.feature != '' AND r.segment = ''
    AND (r.feature, r.check) IN
    (
        SELECT feature, check
        FROM results
        WHERE model IN (${model:singlequote}) AND check IN ('missing', 'invalid', 'unseen') AND feature != '' AND segment = ''
            AND $__timeFilter(window_to) AND tick >= $__fromTime
        GROUP BY feature, check
        ORDER BY max(value) DESC, feature, check
        LIMIT 20
    )
    AND $__timeFilter(r.window_to) AND r.tick >= $__fromTime
GROUP BY time, series
ORDER BY time, series
LIMIT 50000
