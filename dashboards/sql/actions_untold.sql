SELECT countIf(waits) AS untold, countIf(open) AS open_incidents
FROM
(
    SELECT argMax(pending, generation) AS waits, argMax(state, generation) = 'open' AS open
    FROM incidents
    WHERE $__conditionalAll(model IN (${model:singlequote}), $model)
    GROUP BY model, id
)
