SELECT
    $__timeInterval(tick) AS time,
    concat(multiIf(kind = 'drift', 'drift, the largest', kind = 'quality', 'data quality, the largest', concat(kind, ' ', check, if(against = '', '', concat(' against ', against)))),
        ' of ', version, ' to ', way.1) AS series,
    max(greatest(0, log_m / way.2)) AS share
FROM
(
    SELECT tick, version, kind, check, against, log_m, arrayJoin([('an alert', alert), ('a page', page), ('a demotion', demote)]) AS way
    FROM verdicts FINAL
    ARRAY JOIN evidence.kind AS kind, evidence.check AS check, evidence.against AS against, evidence.log_m AS log_m, evidence.alert AS alert, evidence.page AS page, evidence.demote AS demote
    WHERE model IN (${model:singlequote}) AND $__conditionalAll(version IN (${version:singlequote}), $version) AND $__timeFilter(tick)
)
WHERE way.2 > 0
GROUP BY time, series
ORDER BY time, series
LIMIT 50000
