SELECT replaceAll(version, '\\', '\\\\') AS value, version AS text
FROM health
WHERE $__conditionalAll(model IN (${model:singlequote}), $model)
GROUP BY text
ORDER BY max(serving) DESC, max(tick) DESC, text
LIMIT 200
