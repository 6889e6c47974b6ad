-- Results of a version as a whole over time, each window as it was judged last.
SELECT window_from, window_to, check, against, value, lower, upper, limit, rows, status, reason, revision
FROM results FINAL
WHERE model = {model:String} AND version = {version:String} AND feature = '' AND segment = ''
    AND window_to > fromUnixTimestamp64Milli({from:Int64}, 'UTC') AND window_to <= fromUnixTimestamp64Milli({to:Int64}, 'UTC')
ORDER BY check, against, window_to, tick DESC
LIMIT 1 BY check, against, window_to
