{{- /* Rows keep what their event said; which version that is, is looked up where
rows are read. "spellings" are all that rows of {version} may carry, "version" is
the version of a row, by "ids", and "unknown" says that it has none: the form of a
run id or a logged model id. */ -}}
{{- define "spellings"}}(
                SELECT {version:String}
                UNION ALL
                SELECT id FROM version_ids FINAL WHERE model = {model:String} AND version = {version:String}
            ){{end}}
{{- define "ids"}}(SELECT (groupArray(id), groupArray(version)) FROM version_ids FINAL WHERE model = {model:String}) AS ids{{end}}
{{- define "version"}}transform(toString(version), ids.1, ids.2, toString(version)){{end}}
{{- define "unknown"}}match(version, '^(m-)?[0-9a-f]{32}$'){{end}}
{{- /* Versions that were judged are known, and rows lie by version: what the key shows
to be of one that was judged is not read, which is nearly all of a long history. */ -}}
{{- define "unresolved"}}{{template "unknown"}} AND version NOT IN {known:Array(String)}{{end -}}
-- Without FINAL: a repeated event counts twice here.
SELECT toString(version) AS version, min(ts), max(ts), count()
FROM {{id .}}
WHERE {{template "unresolved"}}
GROUP BY version
ORDER BY version
LIMIT 1000
