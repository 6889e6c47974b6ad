SELECT version, from_ts, reason
FROM slot_history FINAL
WHERE model = {model:String}
ORDER BY from_ts
