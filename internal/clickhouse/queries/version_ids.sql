SELECT model, id, version
FROM version_ids FINAL
WHERE model IN {models:Array(String)}
