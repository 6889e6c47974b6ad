SELECT model, version, reference_id, bucket, rows, offsets, tick
FROM counted_buckets FINAL
PREWHERE {{template "under"}}
    AND bucket >= fromUnixTimestamp64Milli({from:Int64}, 'UTC') AND bucket < fromUnixTimestamp64Milli({to:Int64}, 'UTC')
{{- /* What was counted under one of the references that are asked about. */ -}}
{{- define "asked references"}}(SELECT arrayJoin(arrayZip({models:Array(String)}, {versions:Array(String)}, {references:Array(String)}))){{end}}
{{- define "under"}}(model, version, reference_id) IN {{template "asked references"}}{{end -}}
