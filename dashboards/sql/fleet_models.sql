SELECT
    model,
    version,
    transform(toString(status), ['healthy', 'inconclusive', 'errored', 'warning', 'critical'], [1, 2, 3, 4, 5], 0) AS state,
    reason,
    share_of_demotion,
    share_of_page,
    share_of_alert,
    labels_to,
    tick AS checked
FROM health
WHERE $__conditionalAll(model IN (${model:singlequote}), $model) AND serving
ORDER BY state DESC, share_of_demotion DESC, share_of_page DESC, model
LIMIT 1000
