SELECT now() AS time, dateDiff('second', max(tick), now()) AS behind
FROM health
