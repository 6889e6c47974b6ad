SELECT
    h.model AS model,
    h.version AS version,
    indexOf(['healthy', 'inconclusive', 'errored', 'warning', 'critical'], toString(h.status)) AS state,
    h.reason AS reason,
    i.worst.3 AS incident,
    if(incident = '', NULL, i.worst.2) AS since,
    h.share_of_demotion AS share_of_demotion,
    h.share_of_page AS share_of_page,
    h.share_of_alert AS share_of_alert,
    if(h.labels_to = 0, NULL, h.labels_to) AS labels_to,
    h.tick AS checked
FROM health AS h
LEFT JOIN
(
    SELECT model, version, min((newest.1 != 'critical', opened, newest.2)) AS worst
    FROM
    (
        SELECT model, version, opened, argMax((status, headline, state), generation) AS newest
        FROM incidents
        WHERE $__conditionalAll(model IN (${model:singlequote}), $model)
        GROUP BY model, id, version, opened
    )
    WHERE newest.3 = 'open'
    GROUP BY model, version
) AS i ON h.model = i.model AND h.version = i.version
WHERE $__conditionalAll(h.model IN (${model:singlequote}), $model) AND h.serving
ORDER BY state DESC, share_of_demotion DESC, share_of_page DESC, model
LIMIT 1000
