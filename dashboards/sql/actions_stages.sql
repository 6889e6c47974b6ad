SELECT reached, count() AS actions
FROM
(
    SELECT toString(argMax(stage, (at, stage))) AS reached
    FROM actions FINAL
    WHERE $__conditionalAll(model IN (${model:singlequote}), $model) AND $__timeFilter(at)
    GROUP BY model, id
)
GROUP BY reached
ORDER BY actions DESC, reached
LIMIT 20
