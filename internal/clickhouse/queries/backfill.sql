-- As ingest would have decoded the value: of a number JSON numbers and booleans,
-- of a category short texts, booleans and numbers, whole ones without fraction, of a
-- timestamp texts: what numbers count is said by each topic.
ALTER TABLE {{id .Table}}
    UPDATE {{id .Column}} =
{{- if eq .Kind "timestamp"}}
        if({{template "time" "extra[{name:String}]"}}, (toUnixTimestamp64Milli(ts) - toUnixTimestamp64Milli(parseDateTime64BestEffortOrNull(JSONExtractString(extra[{name:String}]), 3, 'UTC'))) / 86400000, NULL)
{{- else if eq .Kind "number"}}
        multiIf(
            JSONType(extra[{name:String}]) = 'Bool', toFloat64(JSONExtractBool(extra[{name:String}])),
            JSONType(extra[{name:String}]) IN ('Int64', 'UInt64', 'Double'), JSONExtract(extra[{name:String}], 'Nullable(Float64)'),
            extra[{name:String}] IN ('nan', 'inf', '-inf'), toFloat64OrNull(extra[{name:String}]),
            NULL)
{{- else}}
        multiIf(
            JSONType(extra[{name:String}]) = 'String' AND length(JSONExtractString(extra[{name:String}])) <= {longest:UInt32}, JSONExtractString(extra[{name:String}]),
            JSONType(extra[{name:String}]) = 'Bool', extra[{name:String}],
            JSONType(extra[{name:String}]) IN ('Int64', 'UInt64'), extra[{name:String}],
            JSONType(extra[{name:String}]) = 'Double', toString(JSONExtractFloat(extra[{name:String}])),
            NULL)
{{- end}}
    WHERE mapContains(extra, {name:String}) AND isNull({{id .Column}})
