-- What dashboards read.

CREATE VIEW IF NOT EXISTS results_latest AS
SELECT * FROM results FINAL
ORDER BY window_to DESC, tick DESC
LIMIT 1 BY model, version, check, feature, segment, against;

CREATE VIEW IF NOT EXISTS evidence AS
SELECT
    model,
    version,
    tick,
    e.kind AS kind,
    e.check AS check,
    e.feature AS feature,
    e.against AS against,
    e.limit AS limit,
    e.log_m AS log_m,
    e.alert AS alert,
    e.page AS page,
    e.demote AS demote,
    if(alert > 0, greatest(0, log_m / alert), NULL) AS share_of_alert,
    if(page > 0, greatest(0, log_m / page), NULL) AS share_of_page,
    if(demote > 0, greatest(0, log_m / demote), NULL) AS share_of_demotion,
    e.level AS level,
    e.since AS since,
    e.started AS started,
    e.blocks AS blocks,
    e.rows AS rows,
    e.peak AS peak,
    e.design AS design,
    e.calm AS calm
FROM verdicts FINAL
ARRAY JOIN evidence AS e;

CREATE VIEW IF NOT EXISTS health AS
SELECT
    model,
    version,
    tick,
    status,
    reason,
    serving,
    reference_id,
    drift_status,
    drift_reason,
    live_status,
    live_reason,
    first_seen,
    counted_to,
    drift_to,
    labels_to,
    arrayMax(arrayMap((m, c) -> if(c > 0, greatest(0, m / c), 0), evidence.log_m, evidence.alert)) AS share_of_alert,
    arrayMax(arrayMap((m, c) -> if(c > 0, greatest(0, m / c), 0), evidence.log_m, evidence.page)) AS share_of_page,
    arrayMax(arrayMap((m, c) -> if(c > 0, greatest(0, m / c), 0), evidence.log_m, evidence.demote)) AS share_of_demotion
FROM verdicts FINAL
ORDER BY tick DESC
LIMIT 1 BY model, version;
