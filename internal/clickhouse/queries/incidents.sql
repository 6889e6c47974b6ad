-- As they were at the tick: what later ones did to them is not known then. One that
-- ended not long ago may open again.
SELECT id, body
FROM incidents FINAL
WHERE model = {model:String}
    AND (id, generation) IN
    (
        SELECT id, max(generation)
        FROM incidents
        WHERE model = {model:String} AND updated <= fromUnixTimestamp64Milli({tick:Int64}, 'UTC')
        GROUP BY id
    )
    AND (state = 'open' OR pending OR closed > fromUnixTimestamp64Milli({ended:Int64}, 'UTC') OR updated = fromUnixTimestamp64Milli({tick:Int64}, 'UTC'))
ORDER BY opened, id
