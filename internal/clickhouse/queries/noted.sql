SELECT model, intDiv(toUnixTimestamp64Milli(ts), {bucket:Int64}) AS bucket_number, count()
FROM outcomes
WHERE model IN {models:Array(String)}
    AND ts >= fromUnixTimestamp64Milli({from:Int64}, 'UTC') AND ts < fromUnixTimestamp64Milli({to:Int64}, 'UTC')
GROUP BY model, bucket_number
