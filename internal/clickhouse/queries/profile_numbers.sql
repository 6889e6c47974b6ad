-- x + 0 makes minus zero zero: they are one value.
SELECT
    toInt32(multiIf(isNull(y), -1, isNaN(y), -2, y = -inf, -3, y = inf, -4, 0)) AS special,
    if(special < 0, 0, assumeNotNull(y) + 0) AS x,
    count() AS n
FROM
(
    SELECT {{value .Series}} AS y
    FROM {{id .Table}} FINAL
    WHERE version IN {{template "spellings"}}
        AND ts >= fromUnixTimestamp64Milli({from:Int64}, 'UTC') AND ts < fromUnixTimestamp64Milli({to:Int64}, 'UTC')
)
GROUP BY special, x
ORDER BY special, x
