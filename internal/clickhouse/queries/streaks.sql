-- statuses and ticks of a version are newest first; the run ends before the
-- first status that differs from the newest.
SELECT
    model,
    version,
    statuses[1] AS status,
    toUInt64(if(arrayFirstIndex(s -> s != statuses[1], statuses) = 0, length(statuses), arrayFirstIndex(s -> s != statuses[1], statuses) - 1)) AS run,
    ticks[run] AS since
FROM
(
    SELECT
        model,
        version,
        arrayReverseSort(groupArray((tick, toString(status)))) AS history,
        history.1 AS ticks,
        history.2 AS statuses
    FROM verdicts FINAL
    WHERE model IN {models:Array(String)} AND tick < fromUnixTimestamp64Milli({tick:Int64}, 'UTC')
    GROUP BY model, version
)
