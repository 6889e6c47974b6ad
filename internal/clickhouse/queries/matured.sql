{{- /* By another hash than the one that rows are known by: halves of a sample are halves. */}}
{{- define "sampled"}}{{if .Sampled}}
                AND sipHash64(prediction_id) % {sample:UInt64} = 0{{end}}{{end -}}
-- What is known at maturity: of each prediction the outcome that is last by its
-- own time, among those at most the maturity away from the prediction. Of a
-- prediction that a version made more than once, the first counts; of several at
-- one time, the last in Kafka, which also replaces them in the table. An event
-- without a class has, of two, the one that its score says. Where that is asked for,
-- a prediction without an outcome is of the negative class. Columns that the task does
-- not need come empty.
SELECT
    version,
    predicted,
    absent,
    rows.1,
    rows.2,
    rows.3,
    if({task:String} = 'binary', rows.4, []),
    if({task:String} = 'binary', rows.5, []),
    if({task:String} = 'multiclass', rows.6, []),
    if({task:String} = 'multiclass', rows.7, []),
    if({task:String} = 'regression', rows.8, [])
{{- range .Keys}},
    rows.{{.Place}}
{{- end}}
{{- range .Keys}}{{if not .Score}},
    predicted_{{.Place}},
    absent_{{.Place}}
{{- end}}{{end}}
FROM
(
    SELECT
        version,
        count() AS predicted,
        countIf(labelled AND NOT known) AS absent,
{{- range .Keys}}{{if not .Score}}
        sumMap(map({{.Column}}, toUInt64(1))) AS predicted_{{.Place}},
        sumMap(map({{.Column}}, toUInt64(labelled AND NOT known))) AS absent_{{.Place}},
{{- end}}{{end}}
        arraySort(groupArrayIf((cityHash64(prediction_id), score, correct, positive, called, class, label, value{{range .Keys}}, {{.Column}}{{end}}), labelled)) AS rows
    FROM
    (
        SELECT
            p.version AS version,
            p.prediction_id AS prediction_id,
            any(ifNull(p.score, nan)) AS score,
            max(o.known = 1 AND abs(o.at - p.at) <= {maturity:Int64}) AS known,
            known OR {negative:Bool} AS labelled,
            argMaxIf((o.label, o.value), (o.at, o._partition, o._offset, o._topic), o.known = 1 AND abs(o.at - p.at) <= {maturity:Int64}) AS outcome,
            any(p.class) AS class,
            outcome.1 AS label,
            ifNull(outcome.2, nan) AS value,
            label = {positive:String} AS positive,
            class = '' AND {task:String} = 'binary' AS scored,
            if(scored, score >= 0.5, class = {positive:String}) AS called,
            if(scored OR NOT known, called = positive, class = label) AS correct
{{- range .Keys}},
            any({{if .Score}}ifNull(p.{{.Column}}, nan){{else}}toString(p.{{.Column}}){{end}}) AS {{.Column}}
{{- end}}
        FROM
        (
            WITH {{template "ids"}}
            SELECT {{template "version"}} AS version, prediction_id, toUnixTimestamp64Milli(ts) AS at, score, toString(class) AS class{{range .Keys}}, {{.Column}}{{end}}
            FROM {{id .Table}} FINAL
            WHERE ts >= fromUnixTimestamp64Milli({from:Int64}, 'UTC') AND ts < fromUnixTimestamp64Milli({to:Int64}, 'UTC')
                AND NOT {{template "unknown"}}{{template "sampled" .}}
            ORDER BY ts, _offset DESC
            LIMIT 1 BY version, prediction_id
        ) AS p
        LEFT JOIN
        (
            SELECT prediction_id, toUnixTimestamp64Milli(ts) AS at, toString(label) AS label, value, _partition, _offset, toString(_topic) AS _topic, 1 AS known
            FROM outcomes FINAL
            WHERE model = {model:String}
                AND ts >= fromUnixTimestamp64Milli({from:Int64} - {maturity:Int64}, 'UTC') AND ts < fromUnixTimestamp64Milli({to:Int64} + {maturity:Int64}, 'UTC'){{template "sampled" .}}
        ) AS o ON p.prediction_id = o.prediction_id
        GROUP BY version, prediction_id
    )
    GROUP BY version
)
ORDER BY version
