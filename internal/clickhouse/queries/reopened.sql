SELECT version, min(first_ts)
FROM version_ids FINAL
WHERE model = {model:String} AND tick = fromUnixTimestamp64Milli({tick:Int64}, 'UTC')
GROUP BY version
