INSERT INTO counted_buckets (model, version, reference_id, bucket, rows, offsets)
SELECT {model:String}, {version:String}, {reference:String}, fromUnixTimestamp64Milli(bucket_number * {bucket:Int64}, 'UTC'), rows, offsets
FROM
(
    {{- template "arrived" .}}
)
