SELECT $__toTime AS time, dateDiff('second', max(tick), $__toTime) AS behind
FROM health
