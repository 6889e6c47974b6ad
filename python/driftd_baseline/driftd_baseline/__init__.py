"""Writes monitoring/baseline.json: how the data were distributed on which a model
version was trained, in the cells in which driftd freezes live data.

    from driftd_baseline import log_baseline
    log_baseline(df, run_id=run.info.run_id, score="p", prediction="class", label="churned", time="at")

The format is described in docs/baseline.md of driftd.
"""

from .log import log_baseline
from .write import baseline, write_baseline

__all__ = ["baseline", "log_baseline", "write_baseline"]
