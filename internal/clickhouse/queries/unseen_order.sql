-- The newest order that no finished tick can have seen, 1970 when there is none, and
-- the newest tick that was started.
WITH
    looked AS
    (
        SELECT model, min(recorded_at) AS first
        FROM ticks
        WHERE model IN {models:Array(String)} AND state = 'started' AND (model, tick) IN
        (
            SELECT model, max(tick) FROM ticks WHERE model IN {models:Array(String)} AND state = 'done' GROUP BY model
        )
        GROUP BY model
    )
SELECT model, max(at), max(started)
FROM
(
    SELECT o.model AS model, o.at AS at, toDateTime64(0, 3, 'UTC') AS started
    FROM orders AS o
    LEFT JOIN looked AS l ON o.model = l.model
    WHERE o.model IN {models:Array(String)}
        AND o.at > fromUnixTimestamp64Milli({from:Int64}, 'UTC') AND o.at <= fromUnixTimestamp64Milli({to:Int64}, 'UTC')
        AND o.recorded_at >= l.first
    UNION ALL
    SELECT model, toDateTime64(0, 3, 'UTC') AS at, max(tick) AS started
    FROM ticks
    WHERE model IN {models:Array(String)} AND state = 'started'
    GROUP BY model
)
GROUP BY model
