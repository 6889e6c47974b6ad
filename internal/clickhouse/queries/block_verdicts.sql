-- The verdicts that consumed the last 20 blocks of labels: the first of those
-- with the same watermark. Of the evidence, what its course is drawn from: the
-- whole of it, in state, is a hundred times as much.
SELECT model, version, labels_to, evidence.kind, evidence.log_m, evidence.since, evidence.peak, evidence.alert, evidence.page, evidence.demote
FROM verdicts FINAL
PREWHERE model IN {models:Array(String)} AND (model, version, tick) IN
(
    SELECT model, version, min(tick)
    FROM verdicts
    WHERE model IN {models:Array(String)} AND tick < fromUnixTimestamp64Milli({tick:Int64}, 'UTC') AND toUnixTimestamp64Milli(labels_to) != 0
    GROUP BY model, version, labels_to
    ORDER BY labels_to DESC
    LIMIT 20 BY model, version
)
ORDER BY version, tick
