SELECT count()
FROM {{id .}} FINAL
WHERE _topic = {topic:String}
