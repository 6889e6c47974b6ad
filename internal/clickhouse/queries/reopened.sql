SELECT model, version, min(first_ts)
FROM version_ids FINAL
WHERE model IN {models:Array(String)} AND tick = fromUnixTimestamp64Milli({tick:Int64}, 'UTC')
GROUP BY model, version
