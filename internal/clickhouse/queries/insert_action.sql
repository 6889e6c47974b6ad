INSERT INTO actions (id, model, from_version, to_version, slot, tick, stage, at, effective, reason, detector, log_m, threshold, labels, detail, epoch, by)
