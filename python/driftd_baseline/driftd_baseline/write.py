"""Counts a data frame into a baseline."""

import json
import os
from datetime import datetime, timezone

import numpy as np
import pandas as pd

from . import metrics
from .cells import DECILES, MAX_POINTS, Categories, Numbers, milliseconds, series, text

FORMAT = 1
MIN_ROWS = 1000
MAX_SIZE = 10 << 20  # bytes


def write_baseline(df, path, **options):
    """Writes the baseline of df to path; options are those of baseline."""
    body = encode(baseline(df, **options))
    directory = os.path.dirname(os.path.abspath(path))
    os.makedirs(directory, exist_ok=True)
    with open(path, "w", encoding="utf-8") as f:
        f.write(body)


def encode(b):
    body = json.dumps(b, allow_nan=False, ensure_ascii=False, separators=(",", ":"))
    size = len(body.encode("utf-8"))
    if size > MAX_SIZE:
        largest = max(b["series"], key=lambda s: len(json.dumps(s)))
        raise ValueError(
            f"baseline of {size} bytes: driftd reads at most {MAX_SIZE}: keep fewer points, make window longer, "
            f"or leave columns out of features ({largest['name']!r} has {len(largest['values'])} values)"
        )
    return body


def baseline(df, *, score=None, prediction=None, label=None, time=None, window="1D", features=None, positive="1", points=MAX_POINTS):
    """Counts df, one row a prediction, and returns the baseline as an object.

    score       column with the probability of the positive class
    prediction  column with the predicted class
    label       column with the true class; rows without one are no part of metrics
    time        column with the moment of each row, UTC where it has no zone;
                without it, natural variation cannot be learned, and features that
                are moments have no age
    window      length of a drift window, as pandas writes it
    features    columns to count; all that have no other part unless given
    positive    class that score is the probability of
    points      quantiles that are kept of a long series, a multiple of 10 up to 1000
    """
    if len(df) < MIN_ROWS:
        raise ValueError(f"{len(df)} rows: a reference takes at least {MIN_ROWS}")
    if points % DECILES or not DECILES <= points <= MAX_POINTS:
        raise ValueError(f"points {points}: want a multiple of {DECILES} up to {MAX_POINTS}")
    parts = {"score": score, "prediction": prediction, "label": label, "time": time}
    taken = [column for column in parts.values() if column is not None]
    for what, column in list(parts.items()) + [("features", c) for c in features or []]:
        if column is not None and column not in df.columns:
            raise ValueError(f"{what} {column!r}: no such column: it has {', '.join(map(str, df.columns))}")
    if features is None:
        features = [c for c in df.columns if c not in taken]
    at = None if time is None else milliseconds(df[time])
    counted = {str(c): series(c, df[c], points, at) for c in features}
    if score is not None:
        counted["(score)"] = Numbers(df[score], points)
    if prediction is not None:
        counted["(class)"] = Categories(df[prediction])
    if not counted:
        raise ValueError("nothing to count: name features, a score or a prediction")
    out = {"format": FORMAT, "rows": len(df)}
    blocks = {}
    if time is not None:
        blocks = in_blocks(counted, at, time, window)
        step = blocks["seconds"]
        out["from"], out["to"] = moment(blocks["starts"][0]), moment(blocks["starts"][-1] + step)
    out["series"] = [{"name": name} | s.head() | s.tally(np.bincount(s.cell, minlength=s.cells)) for name, s in counted.items()]
    measured = performance(df, score, prediction, label, positive)
    if measured:
        out["metrics"] = measured
    if blocks:
        out["window"], out["blocks"] = f"{blocks['seconds']}s", blocks["blocks"]
    return out


def moment(seconds):
    return datetime.fromtimestamp(int(seconds), timezone.utc).strftime("%Y-%m-%dT%H:%M:%SZ")


def in_blocks(counted, at, name, window):
    """Counts every series in windows aligned to 1970."""
    length = pd.Timedelta(window)
    step = int(length.total_seconds())
    if step < 1 or length != pd.Timedelta(seconds=step):
        raise ValueError(f"window {window!r}: want whole seconds, such as '1D' or '1h'")
    if at.isna().any():
        raise ValueError(f"time {name!r}: {int(at.isna().sum())} rows have none: fill or drop them")
    starts, block = np.unique(at.to_numpy() // 1000 // step * step, return_inverse=True)
    tallies = {}
    for series_name, s in counted.items():
        counts = np.bincount(block * s.cells + s.cell, minlength=len(starts) * s.cells)
        tallies[series_name] = counts.reshape(len(starts), s.cells)
    blocks = [
        {"from": moment(start), "series": [{"name": n} | s.tally(tallies[n][i]) for n, s in counted.items()]}
        for i, start in enumerate(starts)
    ]
    return {"seconds": step, "starts": starts, "blocks": blocks}


def performance(df, score, prediction, label, positive):
    if label is None:
        return {}
    df = df[df[label].notna()]
    truth = df[label].map(text)
    out = {}
    if prediction is not None:
        out["accuracy"] = metrics.accuracy((df[prediction].map(text) == truth).to_numpy())
    if score is not None:
        s = df[score].to_numpy(dtype=np.float64, na_value=np.nan)
        usable = (s >= 0) & (s <= 1)
        is_positive = (truth == text(positive)).to_numpy(dtype=bool)[usable]
        out["auc"] = metrics.auc(s[usable], is_positive)
        out["brier"] = metrics.brier(s[usable], is_positive)
    return {name: m for name, m in out.items() if m is not None}
