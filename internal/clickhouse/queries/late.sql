{{- /* Without FINAL: it reads two columns of the key, which is what makes it
cheap enough to ask at every bucket. A merge that drops a repeated event changes
the number too; the bucket is then counted once more, to the same counts. */ -}}
{{- define "arrived"}}
    SELECT intDiv(toUnixTimestamp64Milli(ts), {bucket:Int64}) AS bucket_number, count() AS rows
    FROM {{id .}}
    WHERE version IN {{template "spellings"}}
        AND ts >= fromUnixTimestamp64Milli({from:Int64}, 'UTC') AND ts < fromUnixTimestamp64Milli({to:Int64}, 'UTC')
    GROUP BY bucket_number
{{- end -}}
SELECT fromUnixTimestamp64Milli(min(bucket_number) * {bucket:Int64}, 'UTC'), count()
FROM
(
    SELECT bucket_number, sum(now) AS now, sum(counted) AS counted
    FROM
    (
        SELECT bucket_number, rows AS now, 0 AS counted FROM ({{template "arrived" .}})
        UNION ALL
        SELECT intDiv(toUnixTimestamp(bucket) * 1000, {bucket:Int64}) AS bucket_number, 0 AS now, rows AS counted
        FROM counted_buckets FINAL
        WHERE model = {model:String} AND version = {version:String} AND reference_id = {reference:String}
            AND bucket >= fromUnixTimestamp64Milli({from:Int64}, 'UTC') AND bucket < fromUnixTimestamp64Milli({to:Int64}, 'UTC')
    )
    GROUP BY bucket_number
)
WHERE now != counted
