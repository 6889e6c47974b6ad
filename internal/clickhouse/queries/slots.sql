SELECT slot, version, also, from_ts, reason, by
FROM slot_history FINAL
WHERE model = {model:String}
ORDER BY from_ts
