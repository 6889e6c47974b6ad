SELECT now() AS time, dateDiff('second', max(counted_to), now()) AS behind
FROM health
