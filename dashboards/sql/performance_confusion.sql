SELECT
    $__timeInterval(window_to) AS time,
    sumIf(positive, called) / sum(rows) AS true_positives,
    sumIf(rows - positive, called) / sum(rows) AS false_positives,
    sumIf(positive, NOT called) / sum(rows) AS false_negatives,
    sumIf(rows - positive, NOT called) / sum(rows) AS true_negatives
FROM score_bins FINAL
WHERE model IN (${model:singlequote}) AND $__conditionalAll(version IN (${version:singlequote}), $version) AND $__timeFilter(window_to)
GROUP BY time
ORDER BY time
LIMIT 11000
