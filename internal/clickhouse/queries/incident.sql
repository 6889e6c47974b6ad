SELECT body
FROM incidents
WHERE id = {id:String}
ORDER BY generation DESC
LIMIT 1
