SELECT body FROM `references` FINAL WHERE model = {model:String} AND version = {version:String} AND id = {id:String}
