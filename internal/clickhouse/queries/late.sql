{{- /* Without FINAL: it reads three narrow columns, which is what makes it cheap
enough to ask at every bucket. An event that takes the place of another changes the
sum of offsets, also where a merge left as many rows as there were. A merge that
drops a repeated event changes both; the bucket is then counted once more, to the
same counts. */ -}}
{{- define "arrived"}}
    SELECT intDiv(toUnixTimestamp64Milli(ts), {bucket:Int64}) AS bucket_number, count() AS rows, sum(_offset + 1) AS offsets
    FROM {{id .}}
    WHERE version IN {{template "spellings"}}
        AND ts >= fromUnixTimestamp64Milli({from:Int64}, 'UTC') AND ts < fromUnixTimestamp64Milli({to:Int64}, 'UTC')
    GROUP BY bucket_number
{{- end -}}
SELECT fromUnixTimestamp64Milli(min(bucket_number) * {bucket:Int64}, 'UTC'), count(), max(cut)
FROM
(
    SELECT bucket_number, sum(now) AS now, sum(counted) AS counted, sum(offsets_now) AS offsets_now, sum(offsets_counted) AS offsets_counted, max(cut) AS cut
    FROM
    (
        SELECT bucket_number, rows AS now, 0 AS counted, offsets AS offsets_now, 0 AS offsets_counted, false AS cut FROM ({{template "arrived" .}})
        UNION ALL
        SELECT intDiv(toUnixTimestamp(bucket) * 1000, {bucket:Int64}) AS bucket_number, 0 AS now, rows AS counted, 0 AS offsets_now, offsets AS offsets_counted,
            tick > fromUnixTimestamp64Milli({judged:Int64}, 'UTC') AS cut
        FROM counted_buckets FINAL
        WHERE model = {model:String} AND version = {version:String} AND reference_id = {reference:String}
            AND bucket >= fromUnixTimestamp64Milli({from:Int64}, 'UTC') AND bucket < fromUnixTimestamp64Milli({to:Int64}, 'UTC')
    )
    GROUP BY bucket_number
)
WHERE now != counted OR offsets_now != offsets_counted AND offsets_counted != 0 OR cut
