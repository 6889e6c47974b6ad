SELECT
    concat(toString(s.bin / 10), ' to ', toString((s.bin + 1) / 10)) AS bin,
    sum(s.score) / sum(s.rows) AS predicted,
    sum(s.positive) / sum(s.rows) AS observed,
    sum(s.rows) / sum(sum(s.rows)) OVER () AS rows
FROM score_bins AS s FINAL
WHERE s.model IN (${model:singlequote}) AND $__conditionalAll(s.version IN (${version:singlequote}), $version) AND s.bin >= 0 AND $__timeFilter(s.window_to)
GROUP BY s.bin
ORDER BY s.bin
LIMIT 10
