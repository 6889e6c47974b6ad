SELECT version, tick, status, reason, serving, reference_id, drift_status, drift_reason, live_status, live_reason, first_seen, counted_to, drift_to, labels_to, revision, evidence.state
FROM verdicts FINAL
WHERE model = {model:String} AND (version, tick) IN
(
    SELECT version, max(tick) FROM verdicts
    WHERE model = {model:String} AND tick < fromUnixTimestamp64Milli({tick:Int64}, 'UTC')
    GROUP BY version
)
ORDER BY version
