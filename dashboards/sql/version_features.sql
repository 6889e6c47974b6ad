SELECT e.version AS version, e.feature AS feature, e.share AS share, e.level AS level, r.psi AS psi, r.rows AS rows, r.until AS until
FROM
(
    SELECT version, feature, max(if(alert > 0, greatest(0, log_m / alert), 0)) AS share, max(evidence_level) AS level
    FROM verdicts FINAL
    ARRAY JOIN evidence.kind AS kind, evidence.feature AS feature, evidence.log_m AS log_m, evidence.alert AS alert, evidence.level AS evidence_level
    WHERE model IN (${model:singlequote}) AND kind = 'drift' AND (version, tick) IN
    (
        SELECT version, tick FROM health
        WHERE model IN (${model:singlequote}) AND $__conditionalAll(version IN (${version:singlequote}), $version)
    )
    GROUP BY version, feature
) AS e
LEFT JOIN
(
    SELECT version, feature, argMax(value, (window_to, tick)) AS psi, argMax(results.rows, (window_to, tick)) AS rows, max(window_to) AS until
    FROM results
    WHERE model IN (${model:singlequote}) AND $__conditionalAll(version IN (${version:singlequote}), $version)
        AND check = 'psi' AND segment = '' AND against = '' AND $__timeFilter(window_to) AND tick >= $__fromTime
    GROUP BY version, feature
) AS r ON e.version = r.version AND e.feature = r.feature
ORDER BY share DESC, psi DESC, version, feature
LIMIT 30
