"""Makes the rows and the baseline of them that a test of driftd reads:

    python fixture.py DIRECTORY
"""

import csv
import os
import sys

import numpy as np
import pandas as pd

from driftd_baseline import write_baseline

ROWS = 2500
COLUMNS = {"score": "p", "prediction": "class", "label": "churned", "time": "at"}


def frame():
    rng = np.random.default_rng(20261125)
    start = pd.Timestamp("2026-09-01T00:00:00Z")
    at = start + pd.to_timedelta(np.sort(rng.integers(0, 10 * 86400, ROWS)), unit="s")
    balance = np.round(rng.normal(100, 40, ROWS), 4)
    balance[rng.random(ROWS) < 0.02] = np.nan
    balance[:3] = [np.inf, -np.inf, np.inf]
    spend = np.maximum(0, np.round(rng.normal(-10, 30, ROWS), 2))
    p = np.round(rng.beta(2, 3, ROWS), 5)
    churned = pd.array((rng.random(ROWS) < p).astype(int), dtype="Int64")
    churned[rng.random(ROWS) < 0.1] = pd.NA
    plan = rng.choice(["free", "pro", "größer", None], ROWS, p=[0.5, 0.3, 0.15, 0.05])
    return pd.DataFrame({
        "balance": balance, "spend": spend, "tenure": rng.integers(0, 60, ROWS), "plan": plan, "active": rng.random(ROWS) < 0.7,
        "since": (at - pd.to_timedelta(rng.exponential(30, ROWS), unit="D")).floor("s").where(rng.random(ROWS) > 0.03),
        "p": p, "class": (p >= 0.5).astype(int), "churned": churned, "at": at,
    })


if __name__ == "__main__":
    df = frame()
    write_baseline(df, os.path.join(sys.argv[1], "python.json"), **COLUMNS)
    df.to_csv(os.path.join(sys.argv[1], "rows.csv"), index=False, quoting=csv.QUOTE_MINIMAL, date_format="%Y-%m-%dT%H:%M:%SZ")
