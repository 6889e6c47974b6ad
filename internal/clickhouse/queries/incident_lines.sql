-- Incidents as they stand, of one model or of all, the newest first; those that
-- are over on demand only.
WITH argMax((version, class, state, status, opened, updated, closed, headline, blocked), generation) AS now
SELECT model, id, now.1, now.2, now.3, now.4, now.5, now.6, now.7, now.8, now.9
FROM incidents
WHERE {model:String} IN ('', model)
GROUP BY model, id
HAVING now.3 = 'open' OR {over:Bool}
ORDER BY now.5 DESC, id
LIMIT {most:UInt64}
