-- The newest verdict of every version, of one model or of all.
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
    {{template "furthest" "evidence.page"}} AS page,
    {{template "furthest" "evidence.demote"}} AS demote,
    {{template "furthest" "evidence.alert"}} AS alert,
    toUInt64(arrayCount((k, l) -> k = 'drift' AND l != 'none', evidence.kind, evidence.level)) AS moved,
    toUInt64(arrayCount(k -> k = 'drift', evidence.kind)) AS watched,
    toUInt64(arrayCount((k, l) -> k = 'quality' AND l != 'none', evidence.kind, evidence.level)) AS broken,
    has(evidence.kind, 'quality') AS checked,
    -- Of the detectors that the reason of the status is about.
    transform(reason, ['drift', 'data_quality', 'paired_regression', 'below_baseline', 'below_floor'], ['drift', 'quality', 'paired', 'absolute', 'floor'], '') AS cause,
    arrayFilter((s, k, l) -> k = cause AND l != 'none', evidence.since, evidence.kind, evidence.level) AS raised,
    if(empty(raised), toDateTime64(0, 3, 'UTC'), arrayMin(raised)) AS since
FROM verdicts FINAL
PREWHERE (model, version, tick) IN
(
    SELECT model, version, tick
    FROM newest_verdicts FINAL
    WHERE {model:String} IN ('', model)
)
ORDER BY model, version
{{define "furthest"}}if(arrayExists(c -> c > 0, {{.}}), arrayMax((m, c) -> if(c > 0, greatest(0, m / c), 0), evidence.log_m, {{.}}), NULL){{end -}}
