INSERT INTO score_bins (model, version, window_from, window_to, bin, called, rows, positive, score)
