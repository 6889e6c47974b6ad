-- Per stretch the version that served most, and its first prediction in it.
SELECT
    argMax(served, rows),
    argMax(first, rows)
FROM
(
    WITH {{template "ids"}}
    SELECT intDiv(toUnixTimestamp64Milli(ts), {bucket:Int64}) AS number, {{template "version"}} AS served, count() AS rows, min(ts) AS first
    FROM {{id .}} FINAL
    WHERE role = 'served' AND NOT {{template "unknown"}}
    GROUP BY number, served
)
GROUP BY number
ORDER BY number
