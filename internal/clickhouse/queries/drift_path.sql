-- What the loudest measure said of every series of a version over time, of all rows.
WITH argMin((check, value, limit), (p_value, check)) AS loudest
SELECT feature, window_to, loudest.1, loudest.2, loudest.3, min(p_value)
FROM
(
    SELECT feature, window_to, check, value, limit, p_value
    FROM results FINAL
    WHERE model = {model:String} AND version = {version:String} AND feature != '' AND segment = '' AND against = ''
        AND check IN {checks:Array(String)} AND isNotNull(p_value)
        AND window_to > fromUnixTimestamp64Milli({from:Int64}, 'UTC') AND window_to <= fromUnixTimestamp64Milli({to:Int64}, 'UTC')
    ORDER BY tick DESC
    LIMIT 1 BY feature, window_to, check
)
GROUP BY feature, window_to
ORDER BY feature, window_to
