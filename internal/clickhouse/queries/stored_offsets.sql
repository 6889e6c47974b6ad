SELECT DISTINCT _offset, toUnixTimestamp64Milli(ts)
FROM {{id .}}
WHERE ts BETWEEN fromUnixTimestamp64Milli({from:Int64}, 'UTC') AND fromUnixTimestamp64Milli({to:Int64}, 'UTC')
    AND _topic = {topic:String}
    AND _partition = {partition:UInt32}
    AND _offset BETWEEN {first:UInt64} AND {last:UInt64}
