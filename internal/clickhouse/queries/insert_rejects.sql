INSERT INTO rejects (ts, model, reason, detail, excerpt, kind, read_as, place, size, encoded, key, header_names, header_values, message, rejected_at, _topic, _partition, _offset)
