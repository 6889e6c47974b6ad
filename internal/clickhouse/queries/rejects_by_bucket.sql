-- A file is no stream: what is wrong with it is said when it is loaded, and its
-- rows have the time of that, not their own.
SELECT bucket_number, kind, sum(events), sum(rejected)
FROM
(
    SELECT intDiv(toUnixTimestamp64Milli(ts), {bucket:Int64}) AS bucket_number, 'predictions' AS kind, count() AS events, 0 AS rejected
    FROM {{id .}} FINAL
    WHERE ts >= fromUnixTimestamp64Milli({from:Int64}, 'UTC') AND ts < fromUnixTimestamp64Milli({to:Int64}, 'UTC')
    GROUP BY bucket_number
    UNION ALL
    SELECT intDiv(toUnixTimestamp64Milli(ts), {bucket:Int64}) AS bucket_number, 'outcomes' AS kind, count() AS events, 0 AS rejected
    FROM outcomes FINAL
    WHERE model = {model:String}
        AND ts >= fromUnixTimestamp64Milli({from:Int64}, 'UTC') AND ts < fromUnixTimestamp64Milli({to:Int64}, 'UTC')
    GROUP BY bucket_number
    UNION ALL
    SELECT intDiv(toUnixTimestamp64Milli(ts), {bucket:Int64}) AS bucket_number, toString(kind) AS kind, 0 AS events, count() AS rejected
    FROM rejects_open
    WHERE model = {model:String} AND NOT startsWith(_topic, 'file:')
        AND ts >= fromUnixTimestamp64Milli({from:Int64}, 'UTC') AND ts < fromUnixTimestamp64Milli({to:Int64}, 'UTC')
    GROUP BY bucket_number, kind
)
GROUP BY bucket_number, kind
ORDER BY bucket_number, kind DESC
