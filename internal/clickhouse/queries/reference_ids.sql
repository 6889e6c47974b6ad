SELECT model, version, id
FROM `references` FINAL
WHERE model IN {models:Array(String)} AND pinned_at < fromUnixTimestamp64Milli({tick:Int64}, 'UTC')
ORDER BY version, pinned_at DESC, id
LIMIT 1 BY model, version
