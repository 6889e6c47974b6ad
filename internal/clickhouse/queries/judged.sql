-- PREWHERE, as for the last verdicts: evidence is read of one verdict, not of all before it.
-- A verdict from before windows of its own were judged anew does not know of the rows that
-- had come late by then. Only results of windows have a feature: those of labels have none.
WITH
(
    SELECT groupArray((tick, began))
    FROM
    (
        SELECT tick, min(window_from) AS began
        FROM results FINAL
        PREWHERE model = {model:String} AND version = {version:String} AND feature != ''
        WHERE revision > 0
        GROUP BY tick
    )
) AS anew
SELECT model, version, tick, status, reason, serving, reference_id, drift_status, drift_reason, live_status, live_reason, first_seen, counted_to, drift_to, labels_to, revision, states, evidence.state
FROM verdicts FINAL
PREWHERE model = {model:String} AND version = {version:String} AND tick IN
(
    SELECT max(tick)
    FROM verdicts FINAL
    WHERE model = {model:String} AND version = {version:String}
        AND drift_to <= fromUnixTimestamp64Milli({at:Int64}, 'UTC') AND toUnixTimestamp64Milli(drift_to) != 0
        AND NOT arrayExists(r -> r.1 > tick AND r.2 < drift_to, anew)
)
