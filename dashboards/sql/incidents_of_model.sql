SELECT opened, if(state = 'open', NULL, closed) AS until, model, version, class, status, headline, blocked
FROM
(
    SELECT model, version, class, argMax(status, generation) AS status, argMax(headline, generation) AS headline,
        argMax(blocked, generation) AS blocked, argMax(state, generation) AS state, opened, argMax(closed, generation) AS closed
    FROM incidents
    WHERE model IN (${model:singlequote}) AND $__conditionalAll(version IN (${version:singlequote}), $version)
    GROUP BY model, id, version, class, opened
)
WHERE opened <= $__toTime AND (state = 'open' OR closed >= $__fromTime)
ORDER BY opened DESC, version, class
LIMIT 500
