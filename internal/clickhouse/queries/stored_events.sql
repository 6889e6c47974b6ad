-- Events by offset and identity: a message may be several, of which some were
-- stored before the others.
SELECT DISTINCT _offset, {{if .Versioned}}concat(prediction_id, '\0', version){{else}}prediction_id{{end}}
FROM {{id .Table}}
WHERE ts BETWEEN fromUnixTimestamp64Milli({from:Int64}, 'UTC') AND fromUnixTimestamp64Milli({to:Int64}, 'UTC')
    AND _topic = {topic:String}
    AND _partition = {partition:UInt32}
    AND _offset BETWEEN {first:UInt64} AND {last:UInt64}
