-- A message whose model cannot be read counts for every model whose predictions
-- have come from its topic lately. A file is no stream: what is wrong with it is
-- said when it is loaded, and its rows have the time of that, not their own.
SELECT bucket_number, sum(served), sum(events), sum(rejected), argMax(reason, rejected)
FROM
(
    SELECT intDiv(toUnixTimestamp64Milli(ts), {bucket:Int64}) AS bucket_number, countIf(role = 'served') AS served, count() AS events, 0 AS rejected, '' AS reason
    FROM {{id .}} FINAL
    WHERE ts >= fromUnixTimestamp64Milli({from:Int64}, 'UTC') AND ts < fromUnixTimestamp64Milli({to:Int64}, 'UTC')
    GROUP BY bucket_number
    UNION ALL
    SELECT intDiv(toUnixTimestamp64Milli(ts), {bucket:Int64}) AS bucket_number, 0 AS served, count() AS events, 0 AS rejected, '' AS reason
    FROM outcomes FINAL
    WHERE model = {model:String}
        AND ts >= fromUnixTimestamp64Milli({from:Int64}, 'UTC') AND ts < fromUnixTimestamp64Milli({to:Int64}, 'UTC')
    GROUP BY bucket_number
    UNION ALL
    SELECT intDiv(toUnixTimestamp64Milli(ts), {bucket:Int64}) AS bucket_number, 0 AS served, 0 AS events, count() AS rejected, toString(reason) AS reason
    FROM rejects_open
    WHERE (model = {model:String}
            OR model = '' AND _topic IN (SELECT DISTINCT _topic FROM {{id .}} WHERE ts >= fromUnixTimestamp64Milli({from:Int64}, 'UTC') - toIntervalDay(7) AND ts < fromUnixTimestamp64Milli({to:Int64}, 'UTC')))
        AND NOT startsWith(_topic, 'file:')
        AND ts >= fromUnixTimestamp64Milli({from:Int64}, 'UTC') AND ts < fromUnixTimestamp64Milli({to:Int64}, 'UTC')
    GROUP BY bucket_number, reason
)
GROUP BY bucket_number
ORDER BY bucket_number
