INSERT INTO orders (model, id, kind, proposal, to, by, why, at, incident, class, until)
