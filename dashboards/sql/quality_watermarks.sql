SELECT model, version, serving, counted_to, if(drift_to = 0, NULL, drift_to) AS drift_to, if(labels_to = 0, NULL, labels_to) AS labels_to, tick AS checked,
    drift_status, drift_reason, live_status, live_reason
FROM health
WHERE $__conditionalAll(model IN (${model:singlequote}), $model)
ORDER BY serving DESC, checked, model, version
LIMIT 200
