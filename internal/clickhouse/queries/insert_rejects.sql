INSERT INTO rejects (ts, model, reason, detail, excerpt, _topic, _partition, _offset)
