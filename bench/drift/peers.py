"""PSI and KS of live rows against reference rows, by Evidently and by hand.

usage: peers.py REFERENCE.parquet LIVE.parquet > peers.json

Reading the files is not timed: every contender begins with columns in memory.
By hand is what one would write who knows what is wanted: deciles of the reference
by Polars and NumPy, KS by sorting both sides.
"""

import json
import os
import sys
import time
import warnings
from importlib.metadata import version

import numpy as np
import polars as pl

warnings.filterwarnings("ignore")
os.environ["DO_NOT_TRACK"] = "1"

from evidently import DataDefinition, Dataset, Report  # noqa: E402
from evidently.metrics import ValueDrift  # noqa: E402


def evidently(reference, live, method):
    """Evidently's drift values by column, and seconds."""
    before, now = (d.to_pandas() for d in (reference, live))
    began = time.perf_counter()
    definition = DataDefinition(numerical_columns=reference.columns)
    sides = [Dataset.from_pandas(d, data_definition=definition) for d in (now, before)]
    run = Report([ValueDrift(column=c, method=method) for c in reference.columns]).run(*sides)
    values = {m["config"]["column"]: float(m["value"]) for m in run.dict()["metrics"]}
    return values, time.perf_counter() - began


def psi(reference, live):
    """PSI over the reference's deciles by column, and seconds."""
    began = time.perf_counter()
    deciles = [i / 10 for i in range(1, 10)]
    edges = reference.select(pl.all().quantile(q, "higher").name.suffix(f"@{q}") for q in deciles).row(0, named=True)
    values = {}
    for c in reference.columns:
        cuts = np.array([edges[f"{c}@{q}"] for q in deciles])
        p, q = (
            (np.bincount(np.searchsorted(cuts, d[c].to_numpy()), minlength=10) + 0.5) / (d.height + 5)
            for d in (reference, live)
        )
        values[c] = float(((q - p) * np.log(q / p)).sum())
    return values, time.perf_counter() - began


def ks(reference, live):
    """The two-sample KS distance by column, and seconds."""
    began = time.perf_counter()
    values = {}
    for c in reference.columns:
        x, y = reference[c].sort().to_numpy(), live[c].sort().to_numpy()
        # The distance is reached at a value of one side, at it or just before it.
        values[c] = max(
            np.abs(np.searchsorted(x, z, side) / x.size - np.searchsorted(y, z, side) / y.size).max()
            for z in (x, y)
            for side in ("left", "right")
        )
    return values, time.perf_counter() - began


def main(reference_path, live_path):
    reference, live = pl.read_parquet(reference_path), pl.read_parquet(live_path)
    out = {"versions": {name: version(name) for name in ("evidently", "polars", "numpy", "scipy")}, "seconds": {}, "values": {}}
    for name, measure in {
        "by hand psi": psi,
        "by hand ks": ks,
        "evidently psi": lambda r, l: evidently(r, l, "psi"),
        "evidently ks": lambda r, l: evidently(r, l, "ks"),
    }.items():
        values, seconds = measure(reference, live)
        out["seconds"][name] = seconds
        out["values"][name] = {c: float(v) for c, v in values.items()}
    json.dump(out, sys.stdout, indent=1)


main(*sys.argv[1:])
