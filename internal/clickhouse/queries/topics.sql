-- On which days a message of a topic may be the model's: those on which predictions
-- of it came from there, and the week after.
SELECT DISTINCT toString(_topic), arrayJoin(arrayMap(k -> toUInt16(toDate(ts) + k), range(8)))
FROM {{id .}}
WHERE ts >= fromUnixTimestamp64Milli({from:Int64}, 'UTC') - toIntervalDay(8) AND ts < fromUnixTimestamp64Milli({to:Int64}, 'UTC')
