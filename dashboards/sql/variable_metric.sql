SELECT DISTINCT check AS value, toString(check) AS text
FROM results
WHERE model IN (${model:singlequote}) AND feature = '' AND segment = '' AND against = '' AND lower IS NOT NULL AND value IS NOT NULL
    AND NOT startsWith(check, 'expected_') AND tick >= $__fromTime
ORDER BY text
LIMIT 100
