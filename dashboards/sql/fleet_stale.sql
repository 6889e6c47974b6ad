SELECT
    model,
    version,
    tick AS checked,
    dateDiff('second', tick, least(now(), $__toTime)) AS unchecked,
    dateDiff('second', counted_to, least(now(), $__toTime)) AS uncounted,
    if(labels_to = 0, NULL, dateDiff('second', labels_to, least(now(), $__toTime))) AS unlabelled
FROM health
WHERE $__conditionalAll(model IN (${model:singlequote}), $model) AND serving
ORDER BY checked, model
LIMIT 20
