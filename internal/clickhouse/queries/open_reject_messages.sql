SELECT _topic, _partition, _offset, ts, rejected_at, kind, read_as, place, model, reason, detail, excerpt, size, key, header_names, header_values, message
{{- template "open rejects"}}
    AND replayable
    AND (_topic, _partition, _offset) > ({after_topic:String}, {after_partition:UInt32}, {after_offset:Int64})
ORDER BY _topic, _partition, _offset
LIMIT {limit:UInt64}
