-- The databases of replays, and whether nothing has changed in them for long.
SELECT name, toUnixTimestamp(max(changed)) != 0 AND max(changed) < now() - {idle:Int64}
FROM
(
    SELECT name, toDateTime(0) AS changed FROM system.databases
    UNION ALL
    SELECT database AS name, max(metadata_modification_time) AS changed FROM system.tables GROUP BY database
    UNION ALL
    SELECT database AS name, max(modification_time) AS changed FROM system.parts GROUP BY database
)
WHERE startsWith(name, {prefix:String})
GROUP BY name
