SELECT
    min(at) AS decided,
    model,
    any(a.slot) AS slot,
    any(a.from_version) AS from_version,
    any(a.to_version) AS to_version,
    argMax(toString(stage), (at, stage)) AS reached,
    argMax(reason, (at, stage)) AS why,
    argMax(detector, (at, stage)) AS detector,
    argMax(log_m / nullIf(threshold, 0), (at, stage)) AS evidence,
    max(a.labels) AS labels,
    if(max(effective) = 0, NULL, dateDiff('second', minIf(at, stage = 'intent'), max(effective))) AS took,
    argMax(by, (at, stage)) AS who,
    argMax(detail, (at, stage)) AS detail
FROM actions AS a FINAL
WHERE $__conditionalAll(model IN (${model:singlequote}), $model) AND $__timeFilter(at)
GROUP BY model, id
ORDER BY decided DESC, model
LIMIT 500
