-- By their hashes: a set of numbers takes a fraction of the memory of one of texts.
SELECT count(), countIf(id NOT IN
(
    SELECT cityHash64(prediction_id)
    FROM {{id .}}
    WHERE ts >= fromUnixTimestamp64Milli({from:Int64} - {maturity:Int64}, 'UTC') AND ts < fromUnixTimestamp64Milli({to:Int64} + {maturity:Int64}, 'UTC')
))
FROM
(
    SELECT DISTINCT cityHash64(prediction_id) AS id
    FROM outcomes
    WHERE model = {model:String}
        AND ts >= fromUnixTimestamp64Milli({from:Int64}, 'UTC') AND ts < fromUnixTimestamp64Milli({to:Int64}, 'UTC')
)
