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
FROM
(
    SELECT model, version, evidence.kind, evidence.check, evidence.feature, evidence.against, evidence.limit, evidence.log_m, evidence.page, evidence.demote, evidence.level, evidence.since
    FROM verdicts FINAL
    PREWHERE (model, version, tick) IN
    (
        SELECT model, version, tick
        FROM newest_verdicts FINAL
        WHERE model IN {models:Array(String)}
    )
)
ARRAY JOIN evidence AS e
WHERE kind IN ('absolute', 'floor', 'paired') OR level != 'none'
ORDER BY model, version, since, check, feature
