-- Whether there is anything to list. Nearly always there is not, and a list takes twice as much.
SELECT 1
FROM {{id .}}
WHERE {{template "unresolved"}}
LIMIT 1
