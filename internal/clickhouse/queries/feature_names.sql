SELECT model, column_name, name FROM features FINAL WHERE table_name = {table:String}
