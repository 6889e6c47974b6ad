INSERT INTO results (model, version, tick, window_from, window_to, check, feature, segment, against, value, lower, upper, limit, p_value, rows, status, reason, reference_id, revision)
