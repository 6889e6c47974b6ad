INSERT INTO reference_bins (model, version, reference_id, series, bin, label, first_cell, last_cell, rows)
