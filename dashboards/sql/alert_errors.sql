SELECT now() AS time, countIf(status = 'errored') AS errored
FROM health
WHERE serving
