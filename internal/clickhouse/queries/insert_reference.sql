INSERT INTO `references` (model, version, id, source, from_ts, to_ts, rows, coverage, pinned_at, body, columns)
