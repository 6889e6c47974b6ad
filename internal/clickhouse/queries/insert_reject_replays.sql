INSERT INTO reject_replays (_topic, _partition, _offset, stored, model, reason, detail)
