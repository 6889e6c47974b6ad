INSERT INTO features (model, table_name, column_name, column_type, name)
