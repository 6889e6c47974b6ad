-- How far the detectors of performance of a version had come, stretch by stretch.
WITH argMax((e.log_m, e.page, e.demote), tick) AS newest
SELECT
    e.kind AS kind,
    e.check AS check,
    e.against AS against,
    max(tick) AS last,
    newest.1,
    newest.2,
    newest.3
FROM verdicts FINAL
ARRAY JOIN evidence AS e
WHERE model = {model:String} AND version = {version:String} AND kind IN ('absolute', 'floor', 'paired')
    AND tick >= fromUnixTimestamp64Milli({from:Int64}, 'UTC') AND tick <= fromUnixTimestamp64Milli({to:Int64}, 'UTC')
GROUP BY kind, check, against, intDiv(toUnixTimestamp64Milli(tick), {step:Int64})
ORDER BY kind, check, against, last
