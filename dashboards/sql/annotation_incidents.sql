SELECT opened AS time, if(state = 'open', $__toTime, closed) AS timeEnd, headline AS text, class AS tags
FROM
(
    SELECT class, argMax(headline, generation) AS headline, argMax(state, generation) AS state, opened, argMax(closed, generation) AS closed
    FROM incidents
    WHERE model IN (${model:singlequote})
    GROUP BY model, id, version, class, opened
)
WHERE opened <= $__toTime AND (state = 'open' OR closed >= $__fromTime)
ORDER BY time
LIMIT 500
