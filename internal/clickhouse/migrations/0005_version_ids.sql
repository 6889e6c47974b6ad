-- Events may name a version by what a training job knows: a run id or a logged
-- model id. Which version of the registry that is, once it is known. first_ts is
-- the earliest event that carried it then, tick the tick that asked.
CREATE TABLE IF NOT EXISTS version_ids
(
    model    LowCardinality(String),
    id       String,
    version  String,
    first_ts DateTime64(3, 'UTC'),
    tick     DateTime64(3, 'UTC')
)
ENGINE = ReplacingMergeTree
ORDER BY (model, id);
