SELECT DISTINCT replaceAll(series, '\\', '\\\\') AS value, toString(series) AS text
FROM reference_bins
WHERE model IN (${model:singlequote})
ORDER BY text LIKE '(%', text
LIMIT 2000
