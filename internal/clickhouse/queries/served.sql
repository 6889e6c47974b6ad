SELECT count(), countIf(version IN {{template "spellings"}} AS ours), minIf(ts, ours)
FROM {{id .}} FINAL
WHERE role = 'served'
    AND ts >= fromUnixTimestamp64Milli({from:Int64}, 'UTC') AND ts < fromUnixTimestamp64Milli({to:Int64}, 'UTC')
