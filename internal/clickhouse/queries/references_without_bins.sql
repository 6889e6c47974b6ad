SELECT model, version, id
FROM `references` FINAL
WHERE (model, version, id) NOT IN (SELECT model, version, reference_id FROM reference_bins)
ORDER BY model, version, id
