-- Of what two replicas wrote at one tick, that the slot was moved is the surer: a slot that
-- another version holds may have been moved on since.
SELECT model, id, from_version, to_version, slot, tick, toString(stage), at, effective, reason, detector, log_m, threshold, labels, detail, epoch, by
FROM actions FINAL
WHERE model IN {models:Array(String)} AND at <= fromUnixTimestamp64Milli({tick:Int64}, 'UTC')
ORDER BY tick, id, at, stage IN ('done', 'no_effect', 'effective', 'undone'), stage
