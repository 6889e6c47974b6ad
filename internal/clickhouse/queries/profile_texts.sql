-- The most frequent texts, with the rows of all that come after each: identifiers are
-- millions.
SELECT special, text, n, toUInt64(total - up_to) AS rest
FROM
(
    SELECT
        special, text, n,
        sum(n) OVER (PARTITION BY special) AS total,
        sum(n) OVER (PARTITION BY special ORDER BY n DESC, text ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW) AS up_to
    FROM
    (
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
    )
)
ORDER BY special, n DESC, text
LIMIT {most:UInt64} BY special
