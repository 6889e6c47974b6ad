SELECT
    $__timeInterval(tick) AS time,
    model AS series,
    max(indexOf(['healthy', 'inconclusive', 'errored', 'warning', 'critical'], toString(status))) AS state
FROM verdicts
WHERE model IN
(
    SELECT model FROM health
    WHERE $__conditionalAll(model IN (${model:singlequote}), $model) AND serving
    ORDER BY indexOf(['healthy', 'inconclusive', 'errored', 'warning', 'critical'], toString(status)) DESC, share_of_demotion DESC, share_of_page DESC, model
    LIMIT 20
)
    AND serving AND $__timeFilter(tick)
GROUP BY time, series
ORDER BY time, series
LIMIT 50000
