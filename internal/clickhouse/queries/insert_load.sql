INSERT INTO loads (source, next, pending, finished, name, kind, topic, started, rows, events, rejected, skipped)
