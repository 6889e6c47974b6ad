SELECT from_ts AS since, model, slot, version, arrayStringConcat(also, ', ') AS beside, reason, by
FROM slot_history FINAL
WHERE $__conditionalAll(model IN (${model:singlequote}), $model) AND from_ts <= $__toTime
ORDER BY since DESC, model
LIMIT 200
