{{- /* It holds nothing and takes nothing: what it shows is the other database's. */ -}}
CREATE TABLE {{id .Table}} ENGINE = Merge({{id .Database}}, '^{{.Table}}$')
