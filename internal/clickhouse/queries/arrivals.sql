{{- /* The asked buckets, as the stretches of time that they make up: for each part
of a table that the key rules out. */ -}}
{{- define "asked"}}({{range $i, $_ := .From}}{{if $i}}
        OR {{end}}ts >= fromUnixTimestamp64Milli({from:Array(Int64)}[{{$i}} + 1], 'UTC') AND ts < fromUnixTimestamp64Milli({to:Array(Int64)}[{{$i}} + 1], 'UTC'){{end}}){{end -}}
-- A message whose model cannot be read counts for every model whose predictions
-- came from its topic within the week before, or on that day; the topics are
-- looked up only when there is such a message. A file is no stream: what is wrong
-- with it is said when it is loaded, and its rows have the time of that, not their own.
WITH
    (
        SELECT count() > 0
        FROM rejects_open
        WHERE model = '' AND NOT startsWith(_topic, 'file:') AND {{template "asked" .}}
    ) AS nameless
SELECT bucket_number, sum(served), sum(events), sum(rejected), argMax(reason, rejected)
FROM
(
    SELECT intDiv(toUnixTimestamp64Milli(ts), {bucket:Int64}) AS bucket_number, countIf(role = 'served') AS served, count() AS events, 0 AS rejected, '' AS reason
    FROM {{id .Table}} FINAL
    WHERE {{template "asked" .}}
    GROUP BY bucket_number
    UNION ALL
    SELECT intDiv(toUnixTimestamp64Milli(ts), {bucket:Int64}) AS bucket_number, 0 AS served, count() AS events, 0 AS rejected, '' AS reason
    FROM outcomes FINAL
    WHERE model = {model:String} AND {{template "asked" .}}
    GROUP BY bucket_number
    UNION ALL
    SELECT intDiv(toUnixTimestamp64Milli(ts), {bucket:Int64}) AS bucket_number, 0 AS served, 0 AS events, count() AS rejected, toString(reason) AS reason
    FROM rejects_open
    WHERE (model = {model:String}
            OR model = '' AND (_topic, toDate(ts)) IN
            (
                SELECT _topic, arrayJoin(arrayMap(k -> day + k, range(8)))
                FROM
                (
                    SELECT DISTINCT _topic, toDate(ts) AS day
                    FROM {{id .Table}}
                    WHERE nameless
                        AND ts >= fromUnixTimestamp64Milli({from:Array(Int64)}[1], 'UTC') - toIntervalDay(8) AND ts < fromUnixTimestamp64Milli({to:Array(Int64)}[-1], 'UTC')
                )
            ))
        AND NOT startsWith(_topic, 'file:') AND {{template "asked" .}}
    GROUP BY bucket_number, reason
)
GROUP BY bucket_number
ORDER BY bucket_number
