SELECT
    r.version AS version,
    r.segment AS segment,
    argMaxIf(r.value, (r.window_to, r.tick), r.check != 'coverage') AS value,
    argMaxIf(r.lower, (r.window_to, r.tick), r.check != 'coverage') AS lower,
    argMaxIf(r.upper, (r.window_to, r.tick), r.check != 'coverage') AS upper,
    argMaxIf(r.rows, (r.window_to, r.tick), r.check != 'coverage') AS rows,
    argMaxIf(r.value, (r.window_to, r.tick), r.check = 'coverage') AS labelled,
    max(r.window_to) AS until
FROM results AS r
WHERE r.model IN (${model:singlequote}) AND $__conditionalAll(r.version IN (${version:singlequote}), $version) AND r.check IN (${metric:singlequote}, 'coverage')
    AND r.feature = '' AND r.segment != '' AND r.against = '' AND $__timeFilter(r.window_to) AND r.tick >= $__fromTime
GROUP BY version, segment
ORDER BY version DESC, value, segment
LIMIT 500
