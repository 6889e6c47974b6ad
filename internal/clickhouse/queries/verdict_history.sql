SELECT model, version, tick, status, reason, serving, reference_id, drift_status, drift_reason, live_status, live_reason, first_seen, counted_to, drift_to, labels_to, revision, states, evidence.state
FROM verdicts FINAL
WHERE model = {model:String} AND version = {version:String}
    AND tick >= fromUnixTimestamp64Milli({from:Int64}, 'UTC') AND tick <= fromUnixTimestamp64Milli({to:Int64}, 'UTC')
ORDER BY tick
