DROP TABLE {{id .}}
