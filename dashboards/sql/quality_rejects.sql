SELECT if(reason = '', 'not stated', reason) AS why, count() AS messages
FROM rejects
WHERE rejected_at > $__toTime - INTERVAL 1 DAY AND rejected_at <= $__toTime
GROUP BY why
ORDER BY messages DESC, why
LIMIT 20
