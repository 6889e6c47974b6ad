SELECT model, version, key, argMax(value, tick)
FROM tags FINAL
WHERE model IN {models:Array(String)} AND tick <= fromUnixTimestamp64Milli({tick:Int64}, 'UTC')
GROUP BY model, version, key
