SELECT why, count() AS incidents
FROM
(
    SELECT argMax(blocked, generation) AS why
    FROM incidents
    WHERE $__conditionalAll(model IN (${model:singlequote}), $model) AND $__timeFilter(updated)
    GROUP BY model, id
)
WHERE why != ''
GROUP BY why
ORDER BY incidents DESC, why
LIMIT 30
