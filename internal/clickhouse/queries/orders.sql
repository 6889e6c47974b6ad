SELECT id, kind, proposal, to, by, why, at, incident, class, until
FROM orders FINAL
WHERE model = {model:String} AND at > fromUnixTimestamp64Milli({from:Int64}, 'UTC') AND at <= fromUnixTimestamp64Milli({tick:Int64}, 'UTC')
ORDER BY at, id
