-- As they were at the tick: what later ones did to them is not known then. One that
-- ended not long ago may open again.
SELECT model, id, body
FROM incidents FINAL
WHERE model IN {models:Array(String)}
    AND (model, id, generation) IN
    (
        SELECT model, id, max(generation)
        FROM incidents
        WHERE model IN {models:Array(String)} AND updated <= fromUnixTimestamp64Milli({tick:Int64}, 'UTC')
        GROUP BY model, id
    )
    AND (state = 'open' OR pending OR closed > fromUnixTimestamp64Milli({ended:Int64}, 'UTC') OR updated = fromUnixTimestamp64Milli({tick:Int64}, 'UTC'))
ORDER BY opened, id
