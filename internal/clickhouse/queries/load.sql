SELECT next, pending, finished, name, kind, topic, started, rows, events, rejected, skipped
FROM loads
WHERE source = {source:String}
ORDER BY finished DESC, next DESC, saved_at DESC
LIMIT 1
