-- PREWHERE, for with FINAL no other condition is looked at before bodies are read: of
-- all references that share a granule.
SELECT body, columns
FROM `references` FINAL
PREWHERE model = {model:String} AND version = {version:String} AND id = {id:String}
