{{- /* What "arrived" says of one version, of all, and without FINAL as there: which
versions predicted, and when, is the same with repeated events. Grouped by what rows say
their version is, as they lie: which one is meant is looked up for the few groups, not
for every row. */ -}}
SELECT version, intDiv(toUnixTimestamp64Milli(ts), {bucket:Int64}) AS bucket_number, max(ts), count(), sum(_offset + 1)
FROM {{id .}}
WHERE (NOT {{template "unknown"}} OR version IN {ids:Array(String)})
    AND ts >= fromUnixTimestamp64Milli({from:Int64}, 'UTC') AND ts < fromUnixTimestamp64Milli({to:Int64}, 'UTC')
GROUP BY version, bucket_number
