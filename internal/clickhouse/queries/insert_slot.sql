INSERT INTO slot_history (model, slot, version, from_ts, reason, by, also)
