SELECT $__toTime AS time, countIf(status = 'errored') AS errored
FROM health
WHERE serving
