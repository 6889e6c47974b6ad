SELECT count(), countIf(version = {version:String}), minIf(ts, version = {version:String})
FROM {{id .}} FINAL
WHERE role = 'served'
    AND ts >= fromUnixTimestamp64Milli({from:Int64}, 'UTC') AND ts < fromUnixTimestamp64Milli({to:Int64}, 'UTC')
