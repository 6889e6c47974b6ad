-- The evidence of a verdict whole, packed: some 60 KB of a version at each tick, of
-- which a tenth is left. Merges took more time with it than ticks with their statements.
-- The column evidence.state has it of verdicts of before.
ALTER TABLE verdicts ADD COLUMN IF NOT EXISTS states String CODEC(NONE);
