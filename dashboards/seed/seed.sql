{{- define "model"}}if(m = 0, 'o\'hare \\ "x" ü', concat('model-', leftPad(toString(m), 4, '0'))){{end}}
{{- define "feature"}}multiIf(f = 0, 'it\'s \\n odd', f = 1, 'plan', f = {{.Features}}, '(score)', concat('feature_', toString(f))){{end}}
{{- define "version"}}toString(v + 1){{end}}
{{- define "sick"}}(m % 7 = 3 AND v + 1 = {{.Versions}} AND back < {{.Days}} * 86400 / 4){{end}}
{{- define "noise"}}(cityHash64(m, v, back, 1) % 1000 / 1000){{end}}
{{- define "ticks"}}
(
    SELECT intDiv(number, {{.Models}} * {{.Versions}}) * {{.Step}} AS back, fromUnixTimestamp64Milli(({{.To}} - back) * 1000, 'UTC') AS tick,
        number % {{.Models}} AS m, intDiv(number, {{.Models}}) % {{.Versions}} AS v
    FROM numbers({{.Ticks}} * {{.Models}} * {{.Versions}})
)
{{- end}}
{{- define "days"}}
(
    SELECT intDiv(number, {{.Models}} * {{.Versions}}) * 86400 AS back, fromUnixTimestamp64Milli(({{.To}} - back) * 1000, 'UTC') AS day,
        number % {{.Models}} AS m, intDiv(number, {{.Models}}) % {{.Versions}} AS v
    FROM numbers({{.Days}} * {{.Models}} * {{.Versions}})
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
SELECT {{template "model"}}, {{template "version"}}, day + 600, day - 86400, day, check, {{template "feature" .}}, segment, '',
    cityHash64(m, v, f, back, check) % 1000 / if(check = 'psi' AND {{template "sick" .}} AND f < 2, 1000, 10000), NULL, NULL, if(check = 'psi', 0.1, 0.05), 0.5,
    1000, 'healthy', '', concat('ref-', toString(m), '-', toString(v)), 0
FROM {{template "days" .}} ARRAY JOIN checks AS check ARRAY JOIN range({{.Features}} + 1) AS f ARRAY JOIN segments AS segment
WHERE segment = '' OR check = 'psi' AND (f < 2 OR f = {{.Features}});

INSERT INTO results (model, version, tick, window_from, window_to, check, feature, segment, against, value, lower, upper, limit, p_value, rows, status, reason, reference_id, revision)
SELECT {{template "model"}}, {{template "version"}}, day + 600, day - 86400, day, check, '', '', '1',
    if({{template "sick" .}}, 0.03, 0) + {{template "noise"}} / 100, 0., 0.1, 0.01, NULL, 900, 'healthy', '', concat('ref-', toString(m), '-', toString(v)), 0
FROM {{template "days" .}} ARRAY JOIN ['accuracy', 'brier'] AS check
WHERE v > 0;

INSERT INTO results (model, version, tick, window_from, window_to, check, feature, segment, against, value, lower, upper, limit, p_value, rows, status, reason, reference_id, revision)
SELECT {{template "model"}}, {{template "version"}}, day + 600, day - 86400, day, check, '', segment, '', 0.8 + {{template "noise"}} / 10, 0.7, 0.95, NULL, NULL, 90, 'healthy', '', concat('ref-', toString(m), '-', toString(v)), 0
FROM {{template "days" .}} ARRAY JOIN ['accuracy', 'auc'] AS check ARRAY JOIN ['region=eu', 'region=u\'s'] AS segment;

INSERT INTO `references` (model, version, id, source, from_ts, to_ts, rows, coverage, pinned_at, body)
SELECT {{template "model"}}, {{template "version"}}, concat('ref-', toString(m), '-', toString(v)), 'window', day - 86400, day, 1000, 1, day, '{}'
FROM {{template "days" .}}
WHERE back = ({{.Days}} - 1) * 86400;

INSERT INTO reference_bins (model, version, reference_id, series, bin, label, first_cell, last_cell, rows)
SELECT {{template "model"}}, {{template "version"}}, concat('ref-', toString(m), '-', toString(v)), {{template "feature" .}},
    bin, if(bin = 10, 'null', concat('(', toString(bin), ', ', toString(bin + 1), ']')), if(bin = 10, -1, 2 * bin), if(bin = 10, -1, 2 * bin + 1), 100 + bin
FROM {{template "days" .}} ARRAY JOIN range({{.Features}} + 1) AS f ARRAY JOIN range(11) AS bin
WHERE back = 0;

INSERT INTO bucket_counts (model, version, reference_id, bucket, series, cells, n, segment)
SELECT {{template "model"}}, {{template "version"}}, concat('ref-', toString(m), '-', toString(v)), day - 86400, {{template "feature" .}},
    arrayMap(c -> toInt32(c) - 1, range(21)), arrayMap(c -> cityHash64(m, v, f, c, back) % 100, range(21)), ''
FROM {{template "days" .}} ARRAY JOIN range({{.Features}} + 1) AS f;

INSERT INTO counted_buckets (model, version, reference_id, bucket, rows)
SELECT {{template "model"}}, {{template "version"}}, concat('ref-', toString(m), '-', toString(v)), day - 86400, 1000 + cityHash64(m, v, back) % 100
FROM {{template "days" .}};

INSERT INTO score_bins (model, version, window_from, window_to, bin, called, rows, positive, score)
SELECT {{template "model"}}, {{template "version"}}, day - 86400, day, bin, bin >= 5, 100, bin * 10, 100 * (bin + 0.5) / 10
FROM {{template "days" .}} ARRAY JOIN range(10) AS bin;

INSERT INTO incidents (model, version, id, key, class, slot, state, status, opened, updated, closed, headline, blocked, generation, pending, body)
SELECT {{template "model"}}, {{template "version"}}, concat({{template "model"}}, '|', class, '@', toString(day)), concat({{template "model"}}, '|', class), class, 'alias champion',
    if(back = 0 OR generation = 1, 'open', 'resolved') AS state, if({{template "sick" .}}, 'critical', 'warning'), day - 86400, day, if(state = 'open', fromUnixTimestamp64Milli(0, 'UTC'), day),
    concat('something about ', class, ' of ', {{template "model"}}), if(class = 'performance', 'blocked_observe', ''), generation, back = 0 AND class = 'data', ''
FROM {{template "days" .}} ARRAY JOIN ['performance', 'drift', 'data'] AS class ARRAY JOIN [1, 2] AS generation
WHERE back % (7 * 86400) = 0 AND v + 1 = {{.Versions}};

INSERT INTO actions (id, model, from_version, to_version, slot, tick, stage, at, effective, reason, detector, log_m, threshold, labels, detail, epoch, by)
SELECT concat({{template "model"}}, '@', toString(day)), {{template "model"}}, {{template "version"}}, '1', 'alias champion', day, stage, day + 60 * (stage = 'effective'),
    if(stage = 'effective', day + 30, fromUnixTimestamp64Milli(0, 'UTC')), 'first_critical', 'paired/brier against 1', 11.7, 11.6, 14091, '', 1, ''
FROM {{template "days" .}} ARRAY JOIN ['intent', 'done', 'effective'] AS stage
WHERE back = 7 * 86400 AND v + 1 = {{.Versions}};

INSERT INTO slot_history (model, slot, version, from_ts, reason, by, also)
SELECT {{template "model"}}, 'alias champion', {{template "version"}}, day, if(v = 0, 'first_seen', 'changed_by_others'), '', []
FROM {{template "days" .}}
WHERE back = 86400 * (9 - v);

INSERT INTO orders (model, id, kind, proposal, to, by, why, at)
SELECT {{template "model"}}, concat({{template "model"}}, '@', toString(day)), 'rollback', '', '1', 'ann', 'it\'s worse', day
FROM {{template "days" .}}
WHERE back IN (6 * 86400, 7 * 86400) AND v = 0;

INSERT INTO ticks (model, tick, state, known, serving, fallback, held, also, lost, mode, unfit)
SELECT {{template "model"}}, tick, state, true, toString({{.Versions}}), '1', map('', 'holidays'), [], false, 'auto', map()
FROM {{template "ticks" .}} ARRAY JOIN ['started', 'done'] AS state
WHERE v = 0;

INSERT INTO rejects (ts, model, reason, detail, excerpt, _topic, _partition, _offset, kind, read_as, place, rejected_at, size, encoded)
SELECT fromUnixTimestamp64Milli(({{.To}} - number * 3600) * 1000, 'UTC') AS at, '', ['bad_json', 'no_model', 'it\'s odd'][number % 3 + 1], '', '{', 'ml.predictions', 0, number, 'predictions', '', '', at, 1, false
FROM numbers({{.Days}} * 24);
