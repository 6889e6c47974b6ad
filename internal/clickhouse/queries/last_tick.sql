SELECT model, max(tick) FROM ticks WHERE model IN {models:Array(String)} AND state = 'done' GROUP BY model
