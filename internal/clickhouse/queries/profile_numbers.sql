-- x + 0 makes minus zero zero: they are one value.
SELECT
    toInt32(multiIf(isNull(y), if(mapContains(extra, {name:String}) AND NOT {{if .Series.Age}}{{template "fits time"}}{{else}}{{template "fits number"}}{{end}}, -5, -1), isNaN(y), -2, y = -inf, -3, y = inf, -4, 0)) AS special,
    if(special < 0, 0, assumeNotNull(y) + 0) AS x,
    count() AS n
FROM
(
    SELECT {{value .Series}} AS y, extra, extra[{name:String}] AS v
    FROM {{id .Table}} FINAL
    WHERE version IN {{template "spellings"}}
        AND ts >= fromUnixTimestamp64Milli({from:Int64}, 'UTC') AND ts < fromUnixTimestamp64Milli({to:Int64}, 'UTC')
)
GROUP BY special, x
ORDER BY special, x
