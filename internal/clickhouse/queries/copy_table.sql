ALTER TABLE {{id .Table}} ATTACH PARTITION ALL FROM {{id .Database}}.{{id .Table}}
