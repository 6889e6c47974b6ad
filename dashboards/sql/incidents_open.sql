SELECT model, version, class, status, headline, opened, blocked
FROM
(
    SELECT model, version, class, argMax(status, generation) AS status, argMax(headline, generation) AS headline,
        argMax(blocked, generation) AS blocked, argMax(state, generation) AS state, opened
    FROM incidents
    WHERE $__conditionalAll(model IN (${model:singlequote}), $model)
    GROUP BY model, id, version, class, opened
)
WHERE state = 'open'
ORDER BY status = 'critical' DESC, opened DESC, model, version
LIMIT 500
