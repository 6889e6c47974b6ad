SELECT
    $__timeInterval(tick) AS time,
    uniqExactIf(model, status = 'critical') AS critical,
    uniqExactIf(model, status = 'warning') AS warning,
    uniqExactIf(model, status = 'errored') AS errored,
    uniqExactIf(model, status = 'inconclusive') AS inconclusive
FROM verdicts
WHERE $__conditionalAll(model IN (${model:singlequote}), $model) AND serving AND $__timeFilter(tick)
GROUP BY time
ORDER BY time
LIMIT 11000
