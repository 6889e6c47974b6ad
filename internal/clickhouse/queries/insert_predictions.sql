INSERT INTO {{id .Table}} (prediction_id, version, ts, role, score, class, {{range .Columns}}{{id .Column}}, {{end}}extra, _topic, _partition, _offset)
