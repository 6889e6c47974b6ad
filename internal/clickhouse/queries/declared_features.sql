SELECT name, column_name, column_type
FROM features FINAL
WHERE table_name = {table:String} AND match(column_name, '^[fa]_')
ORDER BY column_name
