SELECT model, {{template "bucket"}}, count()
FROM outcomes FINAL
WHERE model IN {models:Array(String)} AND {{template "asked" .}}
GROUP BY model, bucket_number
