SELECT argMin(body, generation), argMax(body, generation)
FROM incidents
WHERE model = {model:String}
GROUP BY id
ORDER BY min(opened), id
