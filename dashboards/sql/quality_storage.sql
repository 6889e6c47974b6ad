SELECT table, sum(rows) AS table_rows, sum(bytes_on_disk) AS bytes, count() AS parts, max(modification_time) AS written
FROM system.parts
WHERE active AND database = currentDatabase()
GROUP BY table
ORDER BY bytes DESC, table
LIMIT 100
