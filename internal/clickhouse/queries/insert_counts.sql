INSERT INTO bucket_counts (model, version, reference_id, bucket, segment, series, cells, n)
