SELECT model, version, id, body
FROM `references` FINAL
PREWHERE model IN {models:Array(String)}
WHERE pinned_at < fromUnixTimestamp64Milli({tick:Int64}, 'UTC')
ORDER BY version, pinned_at DESC, id
LIMIT 1 BY model, version
