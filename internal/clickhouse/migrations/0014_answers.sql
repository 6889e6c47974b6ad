-- Which incident an order answers, what it silences, and until when; and when it
-- was recorded, by the clock that records ticks, too: one that no tick can have seen
-- is cause for another.
ALTER TABLE orders
    ADD COLUMN IF NOT EXISTS incident String,
    ADD COLUMN IF NOT EXISTS class LowCardinality(String),
    ADD COLUMN IF NOT EXISTS until DateTime64(3, 'UTC'),
    ADD COLUMN IF NOT EXISTS recorded_at DateTime64(3, 'UTC') DEFAULT now64(3);
