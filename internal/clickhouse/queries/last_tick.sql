SELECT max(tick) FROM ticks WHERE model = {model:String} AND state = 'done'
