SELECT DISTINCT replaceAll(model, '\\', '\\\\') AS value, model AS text
FROM health
ORDER BY text
LIMIT 5000
