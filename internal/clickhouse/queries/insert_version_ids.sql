INSERT INTO version_ids (model, id, version, first_ts, tick)
