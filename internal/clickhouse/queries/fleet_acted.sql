-- An intent counts too: it may have moved its slot. The order is that of actions.sql.
SELECT countIf(last IN ('intent', 'done', 'no_effect', 'effective', 'undone'))
FROM
(
    SELECT toString(argMax(stage, (at, stage IN ('done', 'no_effect', 'effective', 'undone'), stage))) AS last
    FROM actions FINAL
    WHERE model != {model:String} AND by = ''
        AND tick > fromUnixTimestamp64Milli({from:Int64}, 'UTC') AND tick <= fromUnixTimestamp64Milli({tick:Int64}, 'UTC')
    GROUP BY model, id
)
