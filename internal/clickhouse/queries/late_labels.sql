-- Without FINAL, as for late rows: a repeated outcome that a merge drops makes its
-- block be looked at once more, to the same result.
SELECT
    model,
    fromUnixTimestamp64Milli(min(bucket_number) * {bucket:Int64}, 'UTC'),
    fromUnixTimestamp64Milli((max(bucket_number) + 1) * {bucket:Int64}, 'UTC'),
    count()
FROM
(
    SELECT model, bucket_number, sum(now) AS now, sum(noted) AS noted
    FROM
    (
        SELECT model, intDiv(toUnixTimestamp64Milli(ts), {bucket:Int64}) AS bucket_number, count() AS now, 0 AS noted
        FROM outcomes
        WHERE model IN {models:Array(String)}
            AND ts >= fromUnixTimestamp64Milli({from:Int64}, 'UTC') AND ts < fromUnixTimestamp64Milli({to:Int64}, 'UTC')
        GROUP BY model, bucket_number
        UNION ALL
        SELECT model, intDiv(toUnixTimestamp(bucket) * 1000, {bucket:Int64}) AS bucket_number, 0 AS now, rows AS noted
        FROM noted_outcomes FINAL
        WHERE model IN {models:Array(String)}
            AND bucket >= fromUnixTimestamp64Milli({from:Int64}, 'UTC') AND bucket < fromUnixTimestamp64Milli({to:Int64}, 'UTC')
    )
    GROUP BY model, bucket_number
)
WHERE now != noted
GROUP BY model
