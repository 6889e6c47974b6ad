-- Evidence changes when a window or a block of labels closes: of the ticks between, one is enough.
SELECT
    $__timeInterval(tick) AS time,
    concat(line.1, ' of ', version, line.2) AS series,
    max(line.3) AS share
FROM
(
    SELECT
        tick,
        version,
        arrayFilter(i -> evidence.page[i] > 0, arrayEnumerate(evidence.page)) AS pages,
        arrayFilter(i -> evidence.demote[i] > 0, arrayEnumerate(evidence.demote)) AS demotes,
        arrayJoin(arrayConcat(
            [
                ('drift, the largest', ' to an alert', arrayMax((kind, m, alert) -> if(kind = 'drift' AND alert > 0, greatest(0, m / alert), 0), evidence.kind, evidence.log_m, evidence.alert)),
                ('data quality, the largest', ' to an alert', arrayMax((kind, m, alert) -> if(kind = 'quality' AND alert > 0, greatest(0, m / alert), 0), evidence.kind, evidence.log_m, evidence.alert))
            ],
            arrayMap(i -> (concat(evidence.kind[i], ' ', evidence.check[i], if(evidence.against[i] = '', '', ' against '), evidence.against[i]), ' to a page', greatest(0, evidence.log_m[i] / evidence.page[i])), pages),
            arrayMap(i -> (concat(evidence.kind[i], ' ', evidence.check[i], if(evidence.against[i] = '', '', ' against '), evidence.against[i]), ' to a demotion', greatest(0, evidence.log_m[i] / evidence.demote[i])), demotes)
        )) AS line
    FROM verdicts
    WHERE model IN (${model:singlequote}) AND $__conditionalAll(version IN (${version:singlequote}), $version) AND $__timeFilter(tick) AND notEmpty(evidence.kind)
        AND (version, tick) IN
        (
            SELECT version, max(tick) FROM verdicts
            WHERE model IN (${model:singlequote}) AND $__conditionalAll(version IN (${version:singlequote}), $version) AND $__timeFilter(tick)
            GROUP BY version, drift_to, labels_to
        )
)
GROUP BY time, series
ORDER BY time, series
LIMIT 50000
