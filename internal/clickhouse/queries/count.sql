{{- define "rows"}}
            FROM {{id .Table}} FINAL
            WHERE version IN {{template "spellings"}}
                AND ts >= fromUnixTimestamp64Milli({from:Int64}, 'UTC') AND ts < fromUnixTimestamp64Milli({to:Int64}, 'UTC')
{{- end -}}
INSERT INTO bucket_counts (model, version, reference_id, bucket, series, cells, n)
SELECT
    {model:String},
    {version:String},
    {reference:String},
    fromUnixTimestamp64Milli(bucket_number * {bucket:Int64}, 'UTC'),
    name,
    arraySort(groupArray((cell, rows))).1,
    arraySort(groupArray((cell, rows))).2
FROM
(
{{- if .Numeric}}
    -- The last knot at or below a number leads to the interval above the knot,
    -- or to the knot's own cell, the one before.
    SELECT
        bucket_number,
        {numeric:Array(String)}[v.series] AS name,
        multiIf(v.special < 0, v.special, k.above = 0, 0, k.above - (v.x = k.knot)) AS cell,
        count() AS rows
    FROM
    (
        SELECT
            bucket_number,
            series,
            toInt32(multiIf(isNull(y), -1, isNaN(y), -2, y = -inf, -3, y = inf, -4, 0)) AS special,
            if(special < 0, 0, assumeNotNull(y)) AS x
        FROM
        (
            SELECT intDiv(toUnixTimestamp64Milli(ts), {bucket:Int64}) AS bucket_number, [{{range $i, $name := .Numeric}}{{if $i}}, {{end}}{{value $name}}{{end}}] AS ys
            {{- template "rows" .}}
        )
        ARRAY JOIN ys AS y, arrayEnumerate(ys) AS series
    ) AS v
    ASOF LEFT JOIN knots AS k ON v.series = k.series AND v.x >= k.knot
    GROUP BY bucket_number, name, cell
{{- end}}
{{- if and .Numeric .Categorical}}
    UNION ALL
{{- end}}
{{- if .Categorical}}
    SELECT
        bucket_number,
        {categorical:Array(String)}[v.series] AS name,
        multiIf(isNull(v.y), -1, k.known = 1, k.cell, {unseen:Array(Int32)}[v.series]) AS cell,
        count() AS rows
    FROM
    (
        SELECT bucket_number, series, y
        FROM
        (
            SELECT intDiv(toUnixTimestamp64Milli(ts), {bucket:Int64}) AS bucket_number, [{{range $i, $name := .Categorical}}{{if $i}}, {{end}}{{value $name}}{{end}}] AS ys
            {{- template "rows" .}}
        )
        ARRAY JOIN ys AS y, arrayEnumerate(ys) AS series
    ) AS v
    LEFT JOIN texts AS k ON v.series = k.series AND v.y = k.text
    GROUP BY bucket_number, name, cell
{{- end}}
)
GROUP BY bucket_number, name
