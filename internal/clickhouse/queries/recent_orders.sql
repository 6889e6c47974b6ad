SELECT DISTINCT model, id
FROM orders
WHERE model != '' AND at > fromUnixTimestamp64Milli({from:Int64}, 'UTC') AND at <= fromUnixTimestamp64Milli({to:Int64}, 'UTC')
