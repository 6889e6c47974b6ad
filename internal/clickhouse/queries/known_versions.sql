SELECT model, id FROM version_ids WHERE model IN {models:Array(String)}
UNION ALL
SELECT model, version FROM newest_verdicts WHERE model IN {models:Array(String)}
