SELECT
    $__timeInterval(window_to) AS time,
    sum(positive) / sum(rows) AS labelled_positive,
    sumIf(rows, called) / sum(rows) AS called_positive,
    sumIf(score, bin >= 0) / nullIf(sumIf(rows, bin >= 0), 0) AS mean_score
FROM score_bins FINAL
WHERE model IN (${model:singlequote}) AND $__conditionalAll(version IN (${version:singlequote}), $version) AND $__timeFilter(window_to)
GROUP BY time
ORDER BY time
LIMIT 11000
