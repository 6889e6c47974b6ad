SELECT
    countIf(status = 'critical') AS critical,
    countIf(status = 'warning') AS warning,
    countIf(status = 'errored') AS errored,
    countIf(status = 'inconclusive') AS inconclusive,
    countIf(status = 'healthy') AS healthy
FROM health
WHERE $__conditionalAll(model IN (${model:singlequote}), $model) AND serving
