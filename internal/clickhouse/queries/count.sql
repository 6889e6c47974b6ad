{{- /* Texts of features that have a column and whose value did not fit it: mostly
none. A value that fits came before the column did, and is missing. */}}
{{- define "fits number"}}(JSONType(v) IN ('Bool', 'Int64', 'UInt64', 'Double') OR v IN ('null', 'nan', 'inf', '-inf')){{end}}
{{- define "fits category"}}(JSONType(v) IN ('Bool', 'Int64', 'UInt64', 'Double') OR v = 'null' OR JSONType(v) = 'String' AND length(JSONExtractString(v)) <= {longest:UInt32}){{end}}
{{- define "rows"}}
            FROM {{id .Table}} FINAL
            WHERE version IN {{template "spellings"}}
                AND ts >= fromUnixTimestamp64Milli({from:Int64}, 'UTC') AND ts < fromUnixTimestamp64Milli({to:Int64}, 'UTC')
{{- end}}
{{- /* The numbers of the watched segments that a row is in: at most one a key. */}}
{{- define "segments"}}{{if .Keys}},
                arrayFilter(i -> i > 0, [{{range $k, $key := .Keys}}{{if $k}}, {{end}}transform(toString({{$key.Column}}), {values{{$k}}:Array(String)}, {numbers{{$k}}:Array(UInt16)}, toUInt16(0)){{end}}]) AS segments{{end}}{{end -}}
INSERT INTO bucket_counts (model, version, reference_id, bucket, segment, series, cells, n)
SELECT
    {model:String},
    {version:String},
    {reference:String},
    fromUnixTimestamp64Milli(bucket_number * {bucket:Int64}, 'UTC'),
{{- if .Keys}}
    -- Cells are found once a value; only their numbers are added up by segment.
    arrayJoin(arrayPushFront(arrayMap(i -> {segments:Array(String)}[i], segments), '')) AS segment,
    name,
    sumMap([cell], [rows]).1,
    sumMap([cell], [rows]).2
{{- else}}
    '' AS segment,
    name,
    arraySort(groupArray((cell, rows))).1,
    arraySort(groupArray((cell, rows))).2
{{- end}}
FROM
(
{{- if .Numeric}}
    -- The last knot at or below a number leads to the interval above the knot,
    -- or to the knot's own cell, the one before.
    SELECT
        bucket_number,{{if .Keys}} segments,{{end}}
        {numeric:Array(String)}[v.series] AS name,
        multiIf(v.special < 0, v.special, k.above = 0, 0, k.above - (v.x = k.knot)) AS cell,
        count() AS rows
    FROM
    (
        SELECT
            bucket_number,{{if .Keys}} segments,{{end}}
            series,
            toInt32(multiIf(isNull(y), if(has(unfit, {numeric:Array(String)}[series]), -5, -1), isNaN(y), -2, y = -inf, -3, y = inf, -4, 0)) AS special,
            if(special < 0, 0, assumeNotNull(y)) AS x
        FROM
        (
            SELECT intDiv(toUnixTimestamp64Milli(ts), {bucket:Int64}) AS bucket_number, [{{range $i, $name := .Numeric}}{{if $i}}, {{end}}{{value $name}}{{end}}] AS ys,
                arrayFilter((k, v) -> has({numeric:Array(String)}, k) AND NOT {{template "fits number"}}, mapKeys(extra), mapValues(extra)) AS unfit
                {{- template "segments" .}}
            {{- template "rows" .}}
        )
        ARRAY JOIN ys AS y, arrayEnumerate(ys) AS series
    ) AS v
    ASOF LEFT JOIN knots AS k ON v.series = k.series AND v.x >= k.knot
    GROUP BY bucket_number, name, cell{{if .Keys}}, segments{{end}}
{{- end}}
{{- if and .Numeric .Categorical}}
    UNION ALL
{{- end}}
{{- if .Categorical}}
    SELECT
        bucket_number,{{if .Keys}} segments,{{end}}
        {categorical:Array(String)}[v.series] AS name,
        multiIf(isNull(v.y), v.missing, k.known = 1, k.cell, {unseen:Array(Int32)}[v.series]) AS cell,
        count() AS rows
    FROM
    (
        SELECT bucket_number, {{if .Keys}}segments, {{end}}series, y, if(has(unfit, {categorical:Array(String)}[series]), -5, -1) AS missing
        FROM
        (
            SELECT intDiv(toUnixTimestamp64Milli(ts), {bucket:Int64}) AS bucket_number, [{{range $i, $name := .Categorical}}{{if $i}}, {{end}}{{value $name}}{{end}}] AS ys,
                arrayFilter((k, v) -> has({categorical:Array(String)}, k) AND NOT {{template "fits category"}}, mapKeys(extra), mapValues(extra)) AS unfit
                {{- template "segments" .}}
            {{- template "rows" .}}
        )
        ARRAY JOIN ys AS y, arrayEnumerate(ys) AS series
    ) AS v
    LEFT JOIN texts AS k ON v.series = k.series AND v.y = k.text
    GROUP BY bucket_number, name, cell{{if .Keys}}, segments{{end}}
{{- end}}
{{- if .Keys}}
    UNION ALL
    -- A segment that lost its last row, to an event that was sent again as of
    -- another, has nothing left: its counts become empty. What was counted stays
    -- when all rows of a bucket are gone.
    SELECT
        intDiv(toUnixTimestamp(bucket) * 1000, {bucket:Int64}) AS bucket_number,
        [toUInt16(indexOf({segments:Array(String)}, segment))] AS segments,
        series AS name, 0 AS cell, 0 AS rows
    FROM bucket_counts FINAL
    WHERE model = {model:String} AND version = {version:String} AND reference_id = {reference:String}
        AND bucket >= fromUnixTimestamp64Milli({from:Int64}, 'UTC') AND bucket < fromUnixTimestamp64Milli({to:Int64}, 'UTC')
        AND has(arrayConcat({numeric:Array(String)}, {categorical:Array(String)}), series) AND segment != ''
        AND bucket_number IN (SELECT bucket_number FROM ({{template "arrived" .Table}}))
{{- end}}
)
GROUP BY bucket_number, segment, name
