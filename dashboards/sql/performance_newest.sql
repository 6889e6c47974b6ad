SELECT
    r.version AS version,
    r.check AS metric,
    argMax(r.value, (r.window_to, r.tick)) AS value,
    argMax(r.lower, (r.window_to, r.tick)) AS lower,
    argMax(r.upper, (r.window_to, r.tick)) AS upper,
    argMax(r.limit, (r.window_to, r.tick)) AS limit,
    argMax(r.rows, (r.window_to, r.tick)) AS rows,
    argMax(r.status, (r.window_to, r.tick)) AS status,
    argMax(r.reason, (r.window_to, r.tick)) AS reason,
    max(r.window_to) AS until
FROM results AS r
WHERE r.model IN (${model:singlequote}) AND $__conditionalAll(r.version IN (${version:singlequote}), $version)
    AND r.feature = '' AND r.segment = '' AND r.against = '' AND r.check NOT IN ('volume', 'freshness', 'rejects', 'reference', 'rows')
    AND $__timeFilter(r.window_to) AND r.tick >= $__fromTime
GROUP BY version, metric
ORDER BY version DESC, metric
LIMIT 200
