-- Which term of which replica wrote the row: two replicas that both believe they
-- lead would show here.
ALTER TABLE actions ADD COLUMN IF NOT EXISTS epoch Int32;
