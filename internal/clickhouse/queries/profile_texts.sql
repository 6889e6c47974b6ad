SELECT isNull(y) AS missing, toString(assumeNotNull(y)) AS text, count() AS n
FROM
(
    SELECT {{value .Series}} AS y
    FROM {{id .Table}} FINAL
    WHERE version IN {{template "spellings"}}
        AND ts >= fromUnixTimestamp64Milli({from:Int64}, 'UTC') AND ts < fromUnixTimestamp64Milli({to:Int64}, 'UTC')
)
GROUP BY missing, text
ORDER BY missing, text
