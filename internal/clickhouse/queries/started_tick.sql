SELECT known, serving, fallback, held, also, lost, mode, unfit
FROM ticks FINAL
WHERE model = {model:String} AND state = 'started' AND tick = fromUnixTimestamp64Milli({tick:Int64}, 'UTC')
