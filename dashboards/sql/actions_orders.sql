SELECT o.at AS at, o.model AS model, o.kind AS kind, o.to AS to_version, o.by AS who, o.why AS why, if(a.stage = '', 'waits', a.stage) AS became, a.detail AS detail
FROM (SELECT * FROM orders FINAL WHERE $__conditionalAll(model IN (${model:singlequote}), $model) AND $__timeFilter(at)) AS o
LEFT JOIN
(
    SELECT model, id, toString(argMax(actions.stage, (at, actions.stage))) AS stage, argMax(detail, (at, actions.stage)) AS detail
    FROM actions FINAL
    WHERE $__conditionalAll(model IN (${model:singlequote}), $model)
    GROUP BY model, id
) AS a ON o.model = a.model AND o.id = a.id
ORDER BY at DESC, model
LIMIT 200
