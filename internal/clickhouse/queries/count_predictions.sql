SELECT count() FROM {{id .}} FINAL
