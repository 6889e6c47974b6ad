{{- /* The asked buckets, as the stretches of time that they make up: for each part
of a table that the key rules out. */ -}}
{{- define "asked"}}({{range $i, $_ := .From}}{{if $i}}
        OR {{end}}ts >= fromUnixTimestamp64Milli({from:Array(Int64)}[{{$i}} + 1], 'UTC') AND ts < fromUnixTimestamp64Milli({to:Array(Int64)}[{{$i}} + 1], 'UTC'){{end}}){{end}}
{{- define "bucket"}}intDiv(toUnixTimestamp64Milli(ts), {bucket:Int64}) AS bucket_number{{end -}}
{{- range $i, $table := .Tables}}{{if $i}}
UNION ALL
{{end}}
SELECT {models:Array(String)}[{{$i}} + 1], {{template "bucket"}}, countIf(role = 'served'), count()
FROM {{id $table}} FINAL
PREWHERE {{template "asked" $.Names}}
GROUP BY bucket_number
{{- end}}
