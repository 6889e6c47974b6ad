-- The newest order that no finished tick can have seen, 1970 when there is none, and
-- the newest tick that was started.
WITH
    (SELECT max(tick) FROM ticks WHERE model = {model:String} AND state = 'done') AS done,
    (SELECT min(recorded_at) FROM ticks WHERE model = {model:String} AND state = 'started' AND tick = done) AS looked
SELECT
    (SELECT max(at) FROM orders
     WHERE model = {model:String} AND at > fromUnixTimestamp64Milli({from:Int64}, 'UTC') AND at <= fromUnixTimestamp64Milli({to:Int64}, 'UTC')
         AND recorded_at >= looked),
    (SELECT max(tick) FROM ticks WHERE model = {model:String} AND state = 'started')
