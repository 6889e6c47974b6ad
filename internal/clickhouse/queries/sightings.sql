SELECT tick, known, serving, fallback, held, also, lost, mode
FROM ticks FINAL
WHERE model = {model:String} AND state = 'started'
ORDER BY tick
