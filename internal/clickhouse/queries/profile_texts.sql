SELECT
    toInt32(multiIf(isNotNull(y), 0, mapContains(extra, {name:String}) AND NOT {{template "fits category"}}, -5, -1)) AS special,
    toString(assumeNotNull(y)) AS text,
    count() AS n
FROM
(
    SELECT {{value .Series}} AS y, extra, extra[{name:String}] AS v
    FROM {{id .Table}} FINAL
    WHERE version IN {{template "spellings"}}
        AND ts >= fromUnixTimestamp64Milli({from:Int64}, 'UTC') AND ts < fromUnixTimestamp64Milli({to:Int64}, 'UTC')
)
GROUP BY special, text
ORDER BY special, text
