SELECT model, id, kind, proposal, to, by, why, at, incident, class, until
FROM orders FINAL
WHERE model IN {models:Array(String)} AND at <= fromUnixTimestamp64Milli({tick:Int64}, 'UTC')
ORDER BY at, id
