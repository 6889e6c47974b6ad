INSERT INTO noted_outcomes (model, bucket, rows)
