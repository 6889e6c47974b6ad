SELECT opened, if(state = 'open', NULL, closed) AS until, model, version, class, status, headline
FROM
(
    SELECT model, version, class, argMax(status, generation) AS status, argMax(headline, generation) AS headline,
        argMax(state, generation) AS state, opened, argMax(closed, generation) AS closed
    FROM incidents
    WHERE $__conditionalAll(model IN (${model:singlequote}), $model) AND class IN ('data', 'pipeline')
    GROUP BY model, id, version, class, opened
)
WHERE opened <= $__toTime AND (state = 'open' OR closed >= $__fromTime)
ORDER BY opened DESC, model, version
LIMIT 500
