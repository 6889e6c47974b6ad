INSERT INTO outcomes (model, ts, prediction_id, label, value, _topic, _partition, _offset)
