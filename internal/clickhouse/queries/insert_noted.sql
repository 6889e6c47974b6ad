INSERT INTO noted_outcomes (model, bucket, rows)
SELECT {model:String}, fromUnixTimestamp64Milli(intDiv(toUnixTimestamp64Milli(ts), {bucket:Int64}) * {bucket:Int64}, 'UTC') AS bucket, count()
FROM outcomes
WHERE model = {model:String}
    AND ts >= fromUnixTimestamp64Milli({from:Int64}, 'UTC') AND ts < fromUnixTimestamp64Milli({to:Int64}, 'UTC')
GROUP BY bucket
