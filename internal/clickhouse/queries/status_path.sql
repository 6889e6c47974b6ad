-- Where the status of a model's versions changed: the first tick of every run of
-- equal ones, and the last tick of the version.
SELECT version, tick, status, serving, last
FROM
(
    SELECT
        version,
        tick,
        status,
        serving,
        lagInFrame(toString(status), 1, '') OVER w AS before,
        lagInFrame(serving, 1, NOT serving) OVER w AS served,
        max(tick) OVER (PARTITION BY version) AS last
    FROM verdicts FINAL
    WHERE model = {model:String}
        AND tick >= fromUnixTimestamp64Milli({from:Int64}, 'UTC') AND tick <= fromUnixTimestamp64Milli({to:Int64}, 'UTC')
    WINDOW w AS (PARTITION BY version ORDER BY tick ROWS BETWEEN 1 PRECEDING AND CURRENT ROW)
)
WHERE status != before OR serving != served
ORDER BY version, tick
