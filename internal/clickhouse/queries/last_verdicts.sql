-- PREWHERE, for with FINAL no other condition is looked at before evidence is read: some
-- 80 kB of each verdict that shares a granule with one of these.
SELECT model, version, tick, status, reason, serving, reference_id, drift_status, drift_reason, live_status, live_reason, first_seen, counted_to, drift_to, labels_to, revision, states, evidence.state
FROM verdicts FINAL
PREWHERE model IN {models:Array(String)} AND (model, version, tick) IN
(
    SELECT model, version, max(tick) FROM verdicts
    WHERE model IN {models:Array(String)} AND tick < fromUnixTimestamp64Milli({tick:Int64}, 'UTC')
    GROUP BY model, version
)
ORDER BY version
