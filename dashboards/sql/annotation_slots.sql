SELECT from_ts AS time, concat(slot, ': ', if(version = '', 'nobody', version), ' (', reason, ')') AS text, 'slot' AS tags
FROM slot_history FINAL
WHERE model IN (${model:singlequote}) AND $__timeFilter(from_ts)
ORDER BY time
LIMIT 200
