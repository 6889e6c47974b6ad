SELECT at AS time, concat(from_version, ' gave ', slot, ' to ', to_version) AS text, 'demotion' AS tags
FROM actions FINAL
WHERE model IN (${model:singlequote}) AND stage = 'done' AND $__timeFilter(at)
ORDER BY time
LIMIT 200
