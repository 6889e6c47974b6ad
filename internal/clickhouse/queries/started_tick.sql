SELECT model, known, serving, fallback, held, also, lost, mode, unfit
FROM ticks FINAL
WHERE model IN {models:Array(String)} AND state = 'started' AND tick = fromUnixTimestamp64Milli({tick:Int64}, 'UTC')
