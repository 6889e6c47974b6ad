{{- define "model"}}if(m = 0, 'o\'hare \\ "x" ü', concat('model-', leftPad(toString(m), 4, '0'))){{end}}
{{- define "feature"}}if(f = 0, 'it\'s \\n odd', if(f = 1, 'plan', concat('feature_', toString(f)))){{end}}
{{- define "version"}}toString(v + 1){{end}}
{{- define "sick"}}(m % 7 = 3 AND v + 1 = {{.Versions}} AND back < {{.Days}} * 86400 / 4){{end}}
{{- define "noise"}}(cityHash64(m, v, back, 1) % 1000 / 1000){{end}}
{{- define "ticks"}}
(
    SELECT t.number * {{.Step}} AS back, fromUnixTimestamp64Milli(({{.To}} - back) * 1000, 'UTC') AS tick, m.number AS m, v.number AS v
    FROM numbers({{.Ticks}}) AS t CROSS JOIN numbers({{.Models}}) AS m CROSS JOIN numbers({{.Versions}}) AS v
)
{{- end}}
{{- define "days"}}
(
    SELECT d.number * 86400 AS back, fromUnixTimestamp64Milli(({{.To}} - back) * 1000, 'UTC') AS day, m.number AS m, v.number AS v
    FROM numbers({{.Days}}) AS d CROSS JOIN numbers({{.Models}}) AS m CROSS JOIN numbers({{.Versions}}) AS v
)
{{- end -}}
INSERT INTO verdicts (model, version, tick, status, reason, serving, reference_id, drift_status, drift_reason, live_status, live_reason, first_seen, counted_to, drift_to, labels_to,
    evidence.kind, evidence.check, evidence.feature, evidence.against, evidence.limit, evidence.log_m, evidence.alert, evidence.page, evidence.demote, evidence.level,
    evidence.since, evidence.started, evidence.blocks, evidence.rows, evidence.peak, evidence.design, evidence.calm, evidence.state)
WITH
    range(2 * {{.Features}} + 5) AS e,
    fromUnixTimestamp64Milli(0, 'UTC') AS never,
    toStartOfDay(tick) AS today
SELECT
    {{template "model"}}, {{template "version"}}, tick,
    multiIf({{template "sick" .}}, 'critical', {{template "noise"}} < 0.02, 'warning', {{template "noise"}} < 0.03, 'inconclusive', 'healthy') AS status,
    multiIf(status = 'critical', 'over_demotion_budget', status = 'warning', 'over_drift_budget', status = 'inconclusive', 'too_few_rows', ''),
    v + 1 = {{.Versions}}, concat('ref-', toString(m), '-', toString(v)), status, '', status, '',
    fromUnixTimestamp64Milli(({{.To}} - {{.Days}} * 86400) * 1000, 'UTC'), today, today, today - 86400,
    arrayMap(i -> multiIf(i < {{.Features}}, 'drift', i <= 2 * {{.Features}}, 'quality', i = 2 * {{.Features}} + 4, 'paired', 'absolute'), e),
    arrayMap(i -> multiIf(i < {{.Features}}, 'drift', i <= 2 * {{.Features}}, 'quality', ['accuracy', 'auc', 'brier', 'brier'][i - 2 * {{.Features}}]), e),
    arrayMap(i -> if(i >= 2 * {{.Features}}, '', if(i % {{.Features}} = 0, 'it\'s \\n odd', if(i % {{.Features}} = 1, 'plan', concat('feature_', toString(i % {{.Features}}))))), e),
    arrayMap(i -> if(i = 2 * {{.Features}} + 4, '0', ''), e),
    arrayMap(i -> if(i > 2 * {{.Features}}, 0.8, 0), e),
    arrayMap(i -> cityHash64(m, v, i, back) % 4000 / 1000 + if({{template "sick" .}} AND i >= 2 * {{.Features}} + 3, 12, 0), e),
    arrayMap(i -> if(i <= 2 * {{.Features}}, 8.2, 0), e),
    arrayMap(i -> if(i > 2 * {{.Features}}, 8.4, 0), e),
    arrayMap(i -> if(i > 2 * {{.Features}} + 2, 11.6, 0), e),
    arrayMap(i -> if({{template "sick" .}} AND i >= 2 * {{.Features}} + 3, 'proven', 'none'), e),
    arrayMap(i -> if({{template "sick" .}} AND i >= 2 * {{.Features}} + 3, today, never), e),
    arrayMap(i -> never, e), arrayMap(i -> 10, e), arrayMap(i -> 10000, e), arrayMap(i -> 0., e), arrayMap(i -> 1.5, e), arrayMap(i -> 0, e), arrayMap(i -> '', e)
FROM {{template "ticks" .}};

INSERT INTO results (model, version, tick, window_from, window_to, check, feature, segment, against, value, lower, upper, limit, p_value, rows, status, reason, reference_id, revision)
WITH ['accuracy', 'auc', 'brier', 'coverage', 'expected_accuracy', 'recall', 'volume', 'freshness', 'rejects', 'accuracy_bounds'] AS checks, {{template "noise"}} AS noise
SELECT {{template "model"}}, {{template "version"}}, day + 600, day - 86400, day, check, '', '', '',
    multiIf(check = 'accuracy_bounds', NULL, check = 'brier', 0.12 + noise / 50, check IN ('volume', 'freshness', 'rejects'), noise / 5, if({{template "sick" .}}, 0.7, 0.85) + noise / 20) AS x,
    if(check = 'accuracy_bounds', 0.8, x - 0.02), if(check = 'accuracy_bounds', 0.9, x + 0.02), multiIf(check = 'brier', 0.15, check = 'coverage', 0.8, check IN ('accuracy', 'auc'), 0.8, NULL), NULL,
    1000 + toUInt64(noise * 100), if({{template "sick" .}} AND check = 'auc', 'critical', 'healthy'), '', concat('ref-', toString(m), '-', toString(v)), 0
FROM {{template "days" .}} ARRAY JOIN checks AS check;

INSERT INTO results (model, version, tick, window_from, window_to, check, feature, segment, against, value, lower, upper, limit, p_value, rows, status, reason, reference_id, revision)
WITH ['psi', 'ks', 'missing', 'invalid', 'unseen'] AS checks, ['', 'region=eu', 'region=u\'s'] AS segments
SELECT {{template "model"}}, {{template "version"}}, day + 600, day - 86400, day, check, {{template "feature"}}, segment, '',
    cityHash64(m, v, f, back, check) % 1000 / if(check = 'psi' AND {{template "sick" .}} AND f < 2, 1000, 10000), NULL, NULL, if(check = 'psi', 0.1, 0.05), 0.5,
    1000, 'healthy', '', concat('ref-', toString(m), '-', toString(v)), 0
FROM {{template "days" .}} ARRAY JOIN checks AS check ARRAY JOIN range({{.Features}}) AS f ARRAY JOIN segments AS segment
WHERE segment = '' OR check = 'psi' AND f < 2;

INSERT INTO results (model, version, tick, window_from, window_to, check, feature, segment, against, value, lower, upper, limit, p_value, rows, status, reason, reference_id, revision)
SELECT {{template "model"}}, {{template "version"}}, day + 600, day - 86400, day, check, '', '', '1',
    if({{template "sick" .}}, 0.03, 0) + {{template "noise"}} / 100, 0., 0.1, 0.01, NULL, 900, 'healthy', '', concat('ref-', toString(m), '-', toString(v)), 0
FROM {{template "days" .}} ARRAY JOIN ['accuracy', 'brier'] AS check
WHERE v > 0;
