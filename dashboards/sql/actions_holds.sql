SELECT model, if(version = '', 'the model', version) AS held, reason, seen
FROM
(
    SELECT model, argMax(held, tick) AS last, max(tick) AS seen
    FROM ticks
    WHERE $__conditionalAll(model IN (${model:singlequote}), $model) AND state = 'started' AND $__timeFilter(tick)
    GROUP BY model
)
ARRAY JOIN mapKeys(last) AS version, mapValues(last) AS reason
ORDER BY model, version
LIMIT 500
