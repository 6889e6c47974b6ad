SELECT reason, count() FROM rejects FINAL GROUP BY reason ORDER BY reason
