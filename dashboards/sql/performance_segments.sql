SELECT
    r.version AS version,
    r.segment AS segment,
    argMax(r.value, (r.window_to, r.tick)) AS value,
    argMax(r.lower, (r.window_to, r.tick)) AS lower,
    argMax(r.upper, (r.window_to, r.tick)) AS upper,
    argMax(r.rows, (r.window_to, r.tick)) AS rows,
    max(r.window_to) AS until
FROM results AS r
WHERE r.model IN (${model:singlequote}) AND $__conditionalAll(r.version IN (${version:singlequote}), $version) AND r.check IN (${metric:singlequote})
    AND r.feature = '' AND r.segment != '' AND r.against = '' AND $__timeFilter(r.window_to) AND r.tick >= $__fromTime
GROUP BY version, segment
ORDER BY version DESC, value, segment
LIMIT 500
