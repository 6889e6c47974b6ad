SELECT _topic, _partition, _offset, ts, rejected_at, kind, read_as, place, model, reason, detail, excerpt, size
{{- template "open rejects"}}
ORDER BY _topic, _partition, _offset
LIMIT {limit:UInt64}
