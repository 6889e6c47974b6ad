{{- /* Texts of features that have a column and whose value did not fit it: mostly
none. A value that fits came before the column did, and is missing. */}}
{{- define "fits number"}}(JSONType(v) IN ('Bool', 'Int64', 'UInt64', 'Double') OR v IN ('null', 'nan', 'inf', '-inf')){{end}}
{{- define "fits category"}}(JSONType(v) IN ('Bool', 'Int64', 'UInt64', 'Double') OR v = 'null' OR JSONType(v) = 'String' AND length(JSONExtractString(v)) <= {longest:UInt32}){{end}}
{{- define "time"}}(JSONType({{.}}) = 'String' AND match(JSONExtractString({{.}}), '^\\d{4}-\\d\\d-\\d\\d(T\\d\\d:\\d\\d:\\d\\d(\\.\\d+)?(Z|[+-]\\d\\d:\\d\\d))?$')){{end}}
{{- define "fits time"}}(JSONType(v) IN ('Int64', 'UInt64') OR v = 'null' OR {{template "time" "v"}}){{end}}
{{- define "unfit numbers"}}arrayFilter((k, v) -> has({numeric:Array(String)}, k) AND NOT if(has({times:Array(String)}, k), {{template "fits time"}}, {{template "fits number"}}), mapKeys(extra), mapValues(extra)){{end}}
{{- define "unfit categories"}}arrayFilter((k, v) -> has({categorical:Array(String)}, k) AND NOT {{template "fits category"}}, mapKeys(extra), mapValues(extra)){{end}}
{{- define "bucket number"}}toUInt32(intDiv(toUnixTimestamp64Milli(ts), {bucket:Int64})){{end}}
{{- define "all"}}[{{range $i, $name := .}}{{if $i}}, {{end}}{{value $name}}{{end}}]{{end}}
{{- /* PREWHERE, for with FINAL no other condition is looked at before all columns of a
granule are read; rows that replace each other are alike in what it looks at. */}}
{{- define "rows"}}
            FROM {{id .Table}} FINAL
            PREWHERE version IN {spellings:Array(String)}
                AND ts >= fromUnixTimestamp64Milli({from:Int64}, 'UTC') AND ts < fromUnixTimestamp64Milli({to:Int64}, 'UTC')
{{- end}}
{{- /* 0 for all rows, and the numbers of the watched segments that a row is in: at most
one a key. */}}
{{- define "segments"}}{{if .Keys}},
                arrayPushFront(arrayFilter(i -> i > 0, [{{range $k, $key := .Keys}}{{if $k}}, {{end}}transform(toString({{$key.Column}}), {values{{$k}}:Array(String)}, {numbers{{$k}}:Array(UInt16)}, toUInt16(0)){{end}}]), toUInt16(0)) AS segments{{end}}{{end -}}
{{- define "counted segments"}}
    SELECT toUInt32(intDiv(toUnixTimestamp(bucket) * 1000, {bucket:Int64})) AS bucket_number, toString(segment) AS segment, toString(series) AS series
    FROM bucket_counts FINAL
    PREWHERE model = {model:String} AND version = {version:String} AND reference_id = {reference:String}
        AND bucket >= fromUnixTimestamp64Milli({from:Int64}, 'UTC') AND bucket < fromUnixTimestamp64Milli({to:Int64}, 'UTC')
    WHERE has(arrayConcat({numeric:Array(String)}, {categorical:Array(String)}), series) AND segment != '' AND notEmpty(cells)
{{- end}}
INSERT INTO bucket_counts (model, version, reference_id, bucket, segment, series, cells, n)
SELECT
    {model:String},
    {version:String},
    {reference:String},
    fromUnixTimestamp64Milli(bucket_number * {bucket:Int64}, 'UTC'),
    {{if .Keys}}if(segment = 0, '', {segments:Array(String)}[segment]){{else}}''{{end}} AS segment_name,
    arrayConcat({numeric:Array(String)}, {categorical:Array(String)})[series] AS name,
    -- A cell and its rows as one number are sorted faster than as a tuple.
    arrayMap(c -> toInt32(bitShiftRight(c, 40)) - 8, arraySort(groupArrayIf(bitShiftLeft(toUInt64(cell + 8), 40) + rows, rows > 0)) AS packed),
    arrayMap(c -> bitAnd(c, 0xFFFFFFFFFF), packed)
FROM
(
{{- if .Numeric}}
    SELECT
        bucket_number,{{if .Keys}} arrayJoin(segments) AS segment,{{end}}
        v.series AS series,
        multiIf(v.special < 0, v.special, k.above = 0, 0, k.above - (v.x = k.knot)) AS cell,
        count() AS rows
    FROM
    (
        SELECT
            bucket_number,{{if .Keys}} segments,{{end}}
            toUInt16(series) AS series,
            toInt32(multiIf(isNull(y), if(has(unfit, {numeric:Array(String)}[series]), -5, -1), isNaN(y), -2, y = -inf, -3, y = inf, -4, 0)) AS special,
            if(special < 0, 0, assumeNotNull(y)) AS x
        FROM
        (
            SELECT {{template "bucket number"}} AS bucket_number, {{template "all" .Numeric}} AS ys, {{template "unfit numbers"}} AS unfit
                {{- template "segments" .}}
            {{- template "rows" .}}
        )
        ARRAY JOIN ys AS y, arrayEnumerate(ys) AS series
    ) AS v
    ASOF LEFT JOIN knots AS k ON v.series = k.series AND v.x >= k.knot
    GROUP BY bucket_number, series, cell{{if .Keys}}, segment{{end}}
{{- end}}
{{- if and .Numeric .Categorical}}
    UNION ALL
{{- end}}
{{- if .Categorical}}
    SELECT
        bucket_number,{{if .Keys}} arrayJoin(segments) AS segment,{{end}}
        toUInt16(length({numeric:Array(String)}) + v.series) AS series,
        multiIf(isNull(v.y), v.missing, k.known = 1, k.cell, {unseen:Array(Int32)}[v.series]) AS cell,
        count() AS rows
    FROM
    (
        SELECT bucket_number, {{if .Keys}}segments, {{end}}toUInt16(series) AS series, y, if(has(unfit, {categorical:Array(String)}[series]), -5, -1) AS missing
        FROM
        (
            SELECT {{template "bucket number"}} AS bucket_number, {{template "all" .Categorical}} AS ys, {{template "unfit categories"}} AS unfit
                {{- template "segments" .}}
            {{- template "rows" .}}
        )
        ARRAY JOIN ys AS y, arrayEnumerate(ys) AS series
    ) AS v
    LEFT JOIN texts AS k ON v.series = k.series AND v.y = k.text
    GROUP BY bucket_number, series, cell{{if .Keys}}, segment{{end}}
{{- end}}
{{- if .Keys}}
    UNION ALL
    -- A segment that lost its last row, to an event that was sent again as of
    -- another, has nothing left: its counts become empty. What was counted stays
    -- when all rows of a bucket are gone.
    SELECT
        bucket_number,
        toUInt16(indexOf({segments:Array(String)}, counted.segment)) AS segment,
        toUInt16(indexOf(arrayConcat({numeric:Array(String)}, {categorical:Array(String)}), counted.series)) AS series,
        toInt32(0) AS cell, 0 AS rows
    FROM ({{template "counted segments"}}) AS counted
    WHERE bucket_number IN (SELECT bucket_number FROM ({{template "arrived" .Table}}))
{{- end}}
)
GROUP BY bucket_number, series{{if .Keys}}, segment{{end}}
