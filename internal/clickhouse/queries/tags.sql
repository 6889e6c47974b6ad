SELECT version, key, argMax(value, tick)
FROM tags FINAL
WHERE model = {model:String} AND tick <= fromUnixTimestamp64Milli({tick:Int64}, 'UTC')
GROUP BY version, key
