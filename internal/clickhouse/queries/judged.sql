-- PREWHERE, as for the last verdicts: evidence is read of one verdict, not of all before it.
SELECT model, version, tick, status, reason, serving, reference_id, drift_status, drift_reason, live_status, live_reason, first_seen, counted_to, drift_to, labels_to, revision, states, evidence.state
FROM verdicts FINAL
PREWHERE model = {model:String} AND version = {version:String} AND tick IN
(
    SELECT max(tick)
    FROM verdicts FINAL
    WHERE model = {model:String} AND version = {version:String}
        AND drift_to <= fromUnixTimestamp64Milli({at:Int64}, 'UTC') AND toUnixTimestamp64Milli(drift_to) != 0
)
