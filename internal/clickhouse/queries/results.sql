SELECT window_from, window_to, check, feature, segment, against, value, lower, upper, limit, p_value, rows, status, reason, revision
FROM results FINAL
WHERE model = {model:String} AND version = {version:String}
    AND tick >= fromUnixTimestamp64Milli({from:Int64}, 'UTC') AND tick <= fromUnixTimestamp64Milli({to:Int64}, 'UTC')
ORDER BY window_to, check, feature, segment, against, tick
