-- As text: numbers are exact in it, and it is read faster than an array.
SELECT
    {{template "bucket number"}} AS bucket_number,
    toString({{template "all" .Numeric}}),
    CAST({{template "all" .Categorical}}, 'Array(Nullable(String))'),
    arrayConcat({{template "unfit numbers"}}, {{template "unfit categories"}}){{if .Keys}}{{template "segments" .}}{{else}},
    [toUInt16(0)]{{end}}
{{- template "rows" .}}
