-- The newest result of every live metric of the versions of some models, of all
-- rows, at ticks since a moment: one block of labels is a day or more.
SELECT model, version, window_from, window_to, check, against, value, lower, upper, limit, rows, status, reason
FROM results FINAL
WHERE model IN {models:Array(String)} AND check IN {checks:Array(String)} AND feature = '' AND segment = ''
    AND tick >= fromUnixTimestamp64Milli({from:Int64}, 'UTC')
ORDER BY window_to DESC, tick DESC
LIMIT 1 BY model, version, check, against
