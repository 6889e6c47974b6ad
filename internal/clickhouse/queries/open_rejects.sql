{{- define "open rejects"}}
FROM rejects_open
WHERE rejected_at >= fromUnixTimestamp64Milli({since:Int64}, 'UTC')
    AND ({model:String} = '' OR model = {model:String})
    AND ({topic:String} = '' OR _topic = {topic:String})
    AND ({reason:String} = '' OR reason = {reason:String})
{{- end -}}
SELECT _topic, _partition, _offset, ts, rejected_at, kind, read_as, place, model, reason, detail, excerpt, size
{{- template "open rejects"}}
ORDER BY rejected_at DESC, _topic, _partition, _offset DESC
LIMIT {limit:UInt64}
