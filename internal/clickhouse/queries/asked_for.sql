-- Most models have no order: of them nothing else need be asked.
SELECT DISTINCT model
FROM orders
WHERE model IN {models:Array(String)} AND at > fromUnixTimestamp64Milli({from:Int64}, 'UTC') AND at <= fromUnixTimestamp64Milli({to:Int64}, 'UTC')
