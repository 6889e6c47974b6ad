-- The newest action of each of the models, as far as it came.
SELECT model, id, from_version, to_version, slot, tick, toString(stage), at, effective, reason, detector, log_m, threshold, labels, detail, by
FROM actions FINAL
WHERE model IN {models:Array(String)}
ORDER BY tick DESC, id DESC, at DESC, stage DESC
LIMIT 1 BY model
