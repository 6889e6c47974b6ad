SELECT reason, model, count(), min(rejected_at), max(rejected_at), countIf(replayable)
{{- template "open rejects"}}
GROUP BY reason, model
ORDER BY count() DESC, reason, model
