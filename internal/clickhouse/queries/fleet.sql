SELECT model, argMax(status, tick) = 'critical' AS critical
FROM verdicts FINAL
WHERE model != {model:String} AND serving
    AND tick > fromUnixTimestamp64Milli({from:Int64}, 'UTC') AND tick <= fromUnixTimestamp64Milli({tick:Int64}, 'UTC')
GROUP BY model
ORDER BY model
