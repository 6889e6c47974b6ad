INSERT INTO ticks (model, tick, state, known, serving, fallback, held, also, lost, mode, unfit)
