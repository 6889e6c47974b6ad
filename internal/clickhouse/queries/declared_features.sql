SELECT name, column_type
FROM features FINAL
WHERE table_name = {table:String} AND startsWith(column_name, 'f_')
ORDER BY column_name
