SELECT first_seen AS time, concat(version, ' predicts for the first time') AS text, 'version' AS tags
FROM health
WHERE model IN (${model:singlequote}) AND $__timeFilter(first_seen)
ORDER BY time
LIMIT 200
