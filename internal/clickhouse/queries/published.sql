-- What was said last about the blocks of labels that overlap the stretch: never before
-- it, so that months before need not be read.
SELECT model, version, window_from, window_to, check, segment, against, value, lower, upper, limit, rows, status, reason, revision
FROM results FINAL
WHERE model IN {models:Array(String)} AND feature = '' AND check IN {checks:Array(String)}
    AND window_from < fromUnixTimestamp64Milli({to:Int64}, 'UTC') AND window_to > fromUnixTimestamp64Milli({from:Int64}, 'UTC')
    AND tick > fromUnixTimestamp64Milli({from:Int64}, 'UTC') AND tick < fromUnixTimestamp64Milli({tick:Int64}, 'UTC')
ORDER BY window_from, window_to, version, check, segment, against, revision DESC, tick DESC
LIMIT 1 BY model, window_from, window_to, version, check, segment, against
