-- The values that become knots, with their rows and those between each and the one before:
-- of a long series the smallest and those that hold a quantile, else all. Sorting what is
-- there takes a fraction of grouping it by value.
SELECT special, kept.1 AS x, toUInt64(kept.3 - kept.2) AS n, toUInt64(kept.2 - reached) AS below
FROM
(
    SELECT
        special,
        arraySort(groupArray(x)) AS xs,
        toUInt64(length(xs)) AS total,
        arrayPushFront(arrayPopBack(xs), 0) AS before,
        -- Each distinct value, its first place, and that of the next one.
        arrayFilter((x, b, i) -> i = 1 OR x != b, xs, before, arrayEnumerate(xs)) AS distinct_values,
        arrayFilter((i, x, b) -> i = 1 OR x != b, arrayEnumerate(xs), xs, before) AS firsts,
        arrayZip(distinct_values, firsts, arrayPushBack(arrayPopFront(firsts), total + 1)) AS places,
        length(places) <= {knots:UInt64} AS short,
        arrayFilter(p -> short OR p.2 = 1 OR intDiv((p.3 - 1) * ({knots:UInt64} - 1), total) > intDiv((p.2 - 1) * ({knots:UInt64} - 1), total), places) AS knots
    FROM
    (
        -- x + 0 makes minus zero zero: they are one value.
        SELECT
            toInt32(multiIf(isNull(y), if(mapContains(extra, {name:String}) AND NOT {{if .Series.Age}}{{template "fits time"}}{{else}}{{template "fits number"}}{{end}}, -5, -1), isNaN(y), -2, y = -inf, -3, y = inf, -4, 0)) AS special,
            if(special < 0, 0, assumeNotNull(y) + 0) AS x
        FROM
        (
            SELECT {{value .Series}} AS y, extra, extra[{name:String}] AS v
            FROM {{id .Table}} FINAL
            WHERE version IN {{template "spellings"}}
                AND ts >= fromUnixTimestamp64Milli({from:Int64}, 'UTC') AND ts < fromUnixTimestamp64Milli({to:Int64}, 'UTC')
        )
    )
    GROUP BY special
)
ARRAY JOIN knots AS kept, arrayPushFront(arrayPopBack(knots.3), 1) AS reached
ORDER BY special, x
