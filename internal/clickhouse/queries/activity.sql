WITH ({ids:Array(String)}, {versions:Array(String)}) AS ids
SELECT {{template "version"}} AS version, min(ts), max(ts), count(), countIf(role = 'served')
FROM {{id .}} FINAL
WHERE ts >= fromUnixTimestamp64Milli({from:Int64}, 'UTC') AND ts < fromUnixTimestamp64Milli({to:Int64}, 'UTC')
    AND NOT {{template "unknown"}}
GROUP BY version
ORDER BY version
