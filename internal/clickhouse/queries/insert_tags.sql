INSERT INTO tags (model, version, key, value, tick)
