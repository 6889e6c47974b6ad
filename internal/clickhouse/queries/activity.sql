SELECT version, min(ts), max(ts), count(), countIf(role = 'served')
FROM {{id .}} FINAL
WHERE ts >= fromUnixTimestamp64Milli({from:Int64}, 'UTC') AND ts < fromUnixTimestamp64Milli({to:Int64}, 'UTC')
GROUP BY version
ORDER BY version
