SELECT count() FROM outcomes FINAL WHERE model = {model:String}
