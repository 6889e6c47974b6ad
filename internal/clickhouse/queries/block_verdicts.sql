-- The verdicts that consumed the last 20 blocks of labels: the first of those
-- with the same watermark.
SELECT version, tick, status, reason, serving, reference_id, drift_status, drift_reason, live_status, live_reason, first_seen, counted_to, drift_to, labels_to, revision, evidence.state
FROM verdicts FINAL
WHERE model = {model:String} AND (version, tick) IN
(
    SELECT version, min(tick)
    FROM verdicts
    WHERE model = {model:String} AND tick < fromUnixTimestamp64Milli({tick:Int64}, 'UTC') AND toUnixTimestamp64Milli(labels_to) != 0
    GROUP BY version, labels_to
    ORDER BY labels_to DESC
    LIMIT 20 BY version
)
ORDER BY version, tick
