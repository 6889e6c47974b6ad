ALTER TABLE {{id .Table}}
{{- range $i, $c := .Columns}}{{if $i}},{{end}}
    ADD COLUMN IF NOT EXISTS {{id .Column}} {{.Type}}
{{- end}}
