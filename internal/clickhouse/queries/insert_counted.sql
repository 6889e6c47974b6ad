INSERT INTO counted_buckets (model, version, reference_id, bucket, rows, offsets, tick)
