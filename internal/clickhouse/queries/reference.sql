-- PREWHERE, for with FINAL no other condition is looked at before bodies are read: of
-- all references that share a granule.
SELECT model, version, id, body, columns
FROM `references` FINAL
PREWHERE (model, version, id) IN {{template "asked references"}}
