SELECT model, slot, version, also, from_ts, reason, by
FROM slot_history FINAL
WHERE model IN {models:Array(String)}
ORDER BY from_ts
