-- Evidence changes when a window closes: of the ticks between, one is enough.
SELECT
    $__timeInterval(tick) AS time,
    feature AS series,
    max(if(alert > 0, greatest(0, log_m / alert), 0)) AS value
FROM verdicts
ARRAY JOIN evidence.kind AS kind, evidence.feature AS feature, evidence.log_m AS log_m, evidence.alert AS alert
WHERE model IN (${model:singlequote}) AND $__conditionalAll(version IN (${version:singlequote}), $version) AND $__timeFilter(tick) AND kind = 'drift'
    AND (version, tick) IN
    (
        SELECT version, max(tick) FROM verdicts
        WHERE model IN (${model:singlequote}) AND $__conditionalAll(version IN (${version:singlequote}), $version) AND $__timeFilter(tick)
        GROUP BY version, drift_to, labels_to
    )
GROUP BY time, series
ORDER BY time, series
LIMIT 50000
