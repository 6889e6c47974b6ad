-- What events of the last days of the data carry beside the typed columns.
SELECT
    name,
    count(),
    countIf(JSONType(value) IN ('Int64', 'UInt64', 'Double') OR value IN ('nan', 'inf', '-inf')),
    countIf(JSONType(value) IN ('String', 'Bool')),
    countIf({{template "time" "value"}}),
    any(left(value, 60))
FROM {{id .}}
ARRAY JOIN mapKeys(extra) AS name, mapValues(extra) AS value
WHERE ts >= (SELECT max(ts) FROM {{id .}}) - toIntervalDay({days:UInt32})
GROUP BY name
ORDER BY name
LIMIT 1000
