-- What the newest verdicts of the models rest on: detectors of performance, and
-- those of drift and data that stand for something.
SELECT
    model,
    version,
    e.kind AS kind,
    e.check AS check,
    e.feature AS feature,
    e.against AS against,
    e.limit AS limit,
    e.log_m AS log_m,
    e.page AS page,
    e.demote AS demote,
    e.level AS level,
    e.since AS since
FROM verdicts FINAL
ARRAY JOIN evidence AS e
WHERE model IN {models:Array(String)}
    AND (model, version, tick) IN
    (
        SELECT model, version, max(tick)
        FROM verdicts
        WHERE model IN {models:Array(String)}
        GROUP BY model, version
    )
    AND (kind IN ('absolute', 'floor', 'paired') OR level != 'none')
ORDER BY model, version, since, check, feature
