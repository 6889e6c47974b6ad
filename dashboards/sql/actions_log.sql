SELECT at, model, from_version, to_version, toString(stage) AS stage, reason, detector, by, epoch, detail
FROM actions FINAL
WHERE $__conditionalAll(model IN (${model:singlequote}), $model) AND $__timeFilter(at)
ORDER BY at DESC, model, id, actions.stage DESC
LIMIT 500
