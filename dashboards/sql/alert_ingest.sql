SELECT $__toTime AS time, dateDiff('second', max(counted_to), $__toTime) AS behind
FROM health
