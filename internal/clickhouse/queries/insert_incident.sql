INSERT INTO incidents (model, version, id, key, class, slot, state, status, opened, updated, closed, headline, blocked, generation, pending, body)
