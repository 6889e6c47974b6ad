SELECT
    r.version AS version,
    r.segment AS segment,
    argMax(r.value, (r.window_to, r.tick)) AS psi,
    max(r.value) AS largest,
    argMax(r.rows, (r.window_to, r.tick)) AS rows,
    max(r.window_to) AS until
FROM results AS r
WHERE r.model IN (${model:singlequote}) AND $__conditionalAll(r.version IN (${version:singlequote}), $version)
    AND r.check = 'psi' AND r.feature IN (${feature:singlequote}) AND r.segment != '' AND r.against = ''
    AND $__timeFilter(r.window_to) AND r.tick >= $__fromTime
GROUP BY version, segment
ORDER BY psi DESC, version, segment
LIMIT 200
