"""The cells of one series, and which rows fall into which."""

import numpy as np
import pandas as pd

MAX_POINTS = 1000
DECILES = 10


def text(value):
    """A value as driftd writes it: numbers without a fraction have no point."""
    if isinstance(value, (bool, np.bool_)):
        return "true" if value else "false"
    if isinstance(value, (float, np.floating)) and float(value).is_integer() and abs(value) < 2**53:
        return str(int(value))
    return str(value)


def kept(n, points):
    """Which of ascending distinct values, that occur n times, are written: all up
    to points + 1, of more the smallest and the quantiles j/points by nearest rank."""
    if len(n) <= points + 1:
        return np.ones(len(n), dtype=bool)
    total = int(n.sum())
    rank = np.cumsum(n)
    # Quantile j has rank ceil(j*total/points): a value holds one where the count
    # of quantiles up to its last row grows.
    upto = rank // total * points + rank % total * points // total
    keep = np.diff(upto, prepend=0) > 0
    keep[0] = True
    return keep


class Numbers:
    """A series of numbers. Of K values, cell 2k lies below value k, cell 2k+1 is
    equal to it; the cells after them are null, -inf and +inf."""

    kind = "number"

    def __init__(self, column, points):
        x = column.to_numpy(dtype=np.float64, na_value=np.nan) + 0.0  # no minus zero
        finite = np.isfinite(x)
        distinct, n = np.unique(x[finite], return_counts=True)
        self.values = distinct[kept(n, points)]
        k = len(self.values)
        self.cells = 2 * k + 3
        self.cell = np.full(len(x), 2 * k)
        at = np.searchsorted(self.values, x[finite])
        self.cell[finite] = 2 * at + (self.values[at] == x[finite]) if k else 0
        self.cell[np.isneginf(x)] = 2 * k + 1
        self.cell[np.isposinf(x)] = 2 * k + 2

    def head(self):
        return {"kind": self.kind, "values": self.values.tolist()}

    def tally(self, counts):
        null, low, high = counts[-3:].tolist()
        out = {"n": counts[1:-3:2].tolist()}
        below = counts[0:-3:2]
        if below.any():
            out["below"] = below.tolist()
        return out | {name: c for name, c in (("null", null), ("neg_inf", low), ("pos_inf", high)) if c}


class Categories:
    """A series of texts. Cell i is category i, the one after them null."""

    kind = "category"

    def __init__(self, column):
        missing = column.isna().to_numpy()
        texts = np.array([text(v) for v in column[~missing]], dtype=object)
        self.values, at = np.unique(texts, return_inverse=True) if len(texts) else (texts, [])
        self.cells = len(self.values) + 1
        self.cell = np.full(len(column), len(self.values))
        self.cell[~missing] = at

    def head(self):
        return {"kind": self.kind, "values": self.values.tolist()}

    def tally(self, counts):
        out = {"n": counts[:-1].tolist()}
        return out | ({"null": int(counts[-1])} if counts[-1] else {})


DAY = 24 * 60 * 60 * 1000  # milliseconds


def milliseconds(moments):
    """Whole milliseconds since 1970, NaN for none; UTC where a moment has no zone."""
    return (pd.to_datetime(moments, utc=True) - pd.Timestamp(0, tz="UTC")) // pd.Timedelta(milliseconds=1)


def series(name, column, points, at=None):
    """Chooses the kind of a feature from its dtype. Of moments it is their age at that
    of the row, which at has in milliseconds, in days, as driftd stores it."""
    if pd.api.types.is_datetime64_any_dtype(column.dtype):
        if at is None:
            raise ValueError(f"column {name!r}: {column.dtype} is counted by its age: give time, or leave it out of features")
        return Numbers((at - milliseconds(column)) / DAY, points)
    if isinstance(column.dtype, pd.CategoricalDtype) or pd.api.types.is_bool_dtype(column.dtype):
        return Categories(column)
    if pd.api.types.is_numeric_dtype(column.dtype) and not pd.api.types.is_complex_dtype(column.dtype):
        return Numbers(column, points)
    if pd.api.types.is_string_dtype(column.dtype) or column.dtype == object:
        odd = next((v for v in column.dropna() if not isinstance(v, (str, bool, np.bool_))), None)
        if odd is None:
            return Categories(column)
        raise ValueError(f"column {name!r}: {odd!r} is a {type(odd).__name__} among texts: make it one type, or leave it out of features")
    raise ValueError(f"column {name!r}: {column.dtype} can neither be a number nor a category: convert it, or leave it out of features")
