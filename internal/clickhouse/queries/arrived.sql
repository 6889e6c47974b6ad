{{template "arrived" .}}
{{- /* Without FINAL: it reads three narrow columns, which is what makes it cheap
enough to ask at every bucket. An event that takes the place of another changes the
sum of offsets, also where a merge left as many rows as there were. A merge that
drops a repeated event changes both; the bucket is then counted once more, to the
same counts. */ -}}
{{- define "arrived"}}
    SELECT intDiv(toUnixTimestamp64Milli(ts), {bucket:Int64}) AS bucket_number, count() AS rows, sum(_offset + 1) AS offsets
    FROM {{id .}}
    WHERE version IN {spellings:Array(String)}
        AND ts >= fromUnixTimestamp64Milli({from:Int64}, 'UTC') AND ts < fromUnixTimestamp64Milli({to:Int64}, 'UTC')
    GROUP BY bucket_number
    ORDER BY bucket_number
{{- end -}}
