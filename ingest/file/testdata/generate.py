"""Writes the Parquet and CSV fixtures, as their authors' tools do.

    python3 -m venv .cache/pyarrow-venv
    .cache/pyarrow-venv/bin/pip install pyarrow==21.0.0 pandas==2.3.3
    .cache/pyarrow-venv/bin/python ingest/file/testdata/generate.py
"""

import datetime as dt
import decimal
import json
import math
import pathlib

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

here = pathlib.Path(__file__).parent
utc = dt.timezone.utc
noon = dt.datetime(2026, 11, 23, 12, 0, 0, 123456, tzinfo=utc)


def write(name, table, **how):
    pq.write_table(table, here / name, **how)


# Every type that a column may have, with a null in each.
def column(kind, *values):
    return pa.array([*values, None], type=kind)


types = {
    "bool": column(pa.bool_(), True, False),
    "int8": column(pa.int8(), -128, 127),
    "uint8": column(pa.uint8(), 0, 255),
    "int32": column(pa.int32(), -(2**31), 2**31 - 1),
    "uint32": column(pa.uint32(), 0, 2**32 - 1),
    "int64": column(pa.int64(), -(2**63), 2**63 - 1),
    "uint64": column(pa.uint64(), 0, 2**64 - 1),
    "half": column(pa.float16(), np.float16(0.5), np.float16(-6e-8)),
    "float": column(pa.float32(), 0.1, float("inf")),
    "double": column(pa.float64(), 0.1, float("nan")),
    "string": column(pa.string(), 'a"\\\n\u00e9\U0001f600', ""),
    "large_string": column(pa.large_string(), "x", "y"),
    "binary": column(pa.binary(), b"text", b"\x00"),
    "fixed": column(pa.binary(3), b"abc", b"xyz"),
    "dictionary": pa.array(["pro", "free", None]).dictionary_encode(),
    "date": column(pa.date32(), dt.date(2026, 11, 23), dt.date(1969, 12, 31)),
    "decimal_small": column(pa.decimal128(5, 2), decimal.Decimal("1.50"), decimal.Decimal("-0.05")),
    "decimal_large": column(pa.decimal128(38, 10), decimal.Decimal("12345678901234567890.0123456789"), decimal.Decimal("-1E-10")),
    "timestamp_s": column(pa.timestamp("s", tz="UTC"), noon.replace(microsecond=0), dt.datetime(1969, 12, 31, 23, 59, 59, tzinfo=utc)),
    "timestamp_ms": column(pa.timestamp("ms", tz="UTC"), noon.replace(microsecond=123000), dt.datetime(1969, 12, 31, 23, 59, 59, 999000, tzinfo=utc)),
    "timestamp_us": column(pa.timestamp("us", tz="Europe/Berlin"), noon, dt.datetime(1969, 12, 31, 23, 59, 59, 999999, tzinfo=utc)),
    "timestamp_ns": column(pa.timestamp("ns", tz="UTC"), noon, dt.datetime(2026, 1, 1, tzinfo=utc)),
    "timestamp_naive": column(pa.timestamp("us"), noon.replace(tzinfo=None), dt.datetime(2026, 1, 1)),
    "list": column(pa.list_(pa.int64()), [1, None, 3], []),
    "map": column(pa.map_(pa.string(), pa.float64()), [("a", 1.0), ("b", None)], []),
    "struct": column(pa.struct([("x", pa.int64()), ("y", pa.struct([("z", pa.string())]))]), {"x": 1, "y": {"z": "deep"}}, {"x": None, "y": None}),
    "structs": column(pa.list_(pa.struct([("a", pa.int64()), ("b", pa.list_(pa.string()))])), [{"a": 1, "b": ["p", "q"]}, {"a": None, "b": []}, None], []),
}


def plain(x):
    """The value as an event has it: what reading the fixture must give."""
    if isinstance(x, dict):
        return {k: plain(v) for k, v in x.items()}
    if isinstance(x, list):
        if x and isinstance(x[0], tuple):
            return {k: plain(v) for k, v in x}
        return [plain(v) for v in x]
    if isinstance(x, bytes):
        return x.decode()
    if isinstance(x, pd.Timestamp):
        x = x.to_pydatetime(warn=False)
    if isinstance(x, dt.datetime):
        x = x.astimezone(utc) if x.tzinfo else x.replace(tzinfo=utc)
        text = x.strftime("%Y-%m-%dT%H:%M:%S.%f").rstrip("0").rstrip(".")
        return text + "Z"
    if isinstance(x, dt.date):
        return x.isoformat()
    if isinstance(x, decimal.Decimal):
        return {"number": format(x, "f")}  # more digits than a float has
    if isinstance(x, (float, np.floating)):
        x = float(x)
        return x if math.isfinite(x) else {"number": str(x)}
    return x


with open(here / "types.json", "w") as f:
    rows = pa.table(types).to_pylist()
    for row in rows:
        for name in ["map"]:  # an empty map and an empty list look alike
            row[name] = None if row[name] is None else dict(row[name])
    json.dump([plain(row) for row in rows], f, indent=1)
    f.write("\n")
write("types.parquet", pa.table(types))
write("types_v2.parquet", pa.table(types), version="2.6", data_page_version="2.0", compression="zstd")
write("int96.parquet", pa.table({"at": types["timestamp_ns"]}), use_deprecated_int96_timestamps=True)

# Predictions as a nested table: row groups, dictionary, one codec each.
n = 100
rows = pa.table({
    "prediction_id": pa.array([f"p{i}" for i in range(n)]),
    "model": pa.array(["churn"] * n).dictionary_encode(),
    "version": pa.array(["3"] * n),
    "timestamp": pa.array([noon + dt.timedelta(seconds=i) for i in range(n)], type=pa.timestamp("us", tz="UTC")),
    "features": pa.array(
        [{"tenure": None if i % 10 == 9 else i / 4, "plan": ["pro", "free", None][i % 3], "active": i % 2 == 0} for i in range(n)],
        type=pa.struct([("tenure", pa.float64()), ("plan", pa.string()), ("active", pa.bool_())]),
    ),
    "score": pa.array([i / n for i in range(n)], type=pa.float64()),
    "prediction": pa.array([i % 2 for i in range(n)], type=pa.int32()),
    "segment": pa.array([{"region": ["eu", "us"][i % 2]} for i in range(n)]),
})
for codec in ["none", "snappy", "gzip", "brotli", "zstd", "lz4"]:
    write(f"predictions_{codec}.parquet", rows, compression=codec, row_group_size=30)

# The same flat, as pandas writes it: bare feature names, a naive time, a whole
# number in a column with holes.
frame = pd.DataFrame({
    "prediction_id": [f"p{i}" for i in range(6)],
    "timestamp": pd.date_range("2026-11-23 12:00:00.5", periods=6, freq="min"),
    "tenure": [1.0, None, 2.5, float("nan"), 1e-7, -3.0],
    "plan": pd.Categorical(["pro", "free", None, "pro", "pro", "free"]),
    "active": [True, False, True, False, True, None],
    "region": ["eu", "us", "eu", "us", "eu", "us"],
    "score": [0.1, 0.2, 0.3, 0.4, 0.5, 0.6],
    "prediction": [1.0, 0.0, None, 1.0, 0.0, 1.0],
    "comment": ["a, b", 'say "hi"', "two\nlines", "", "\u00e9", None],
})
frame.to_parquet(here / "pandas.parquet", index=False)
frame.to_csv(here / "pandas.csv", index=False)
frame.to_csv(here / "pandas_semicolon.csv.gz", index=False, sep=";", compression={"method": "gzip", "mtime": 0})
frame["timestamp"] = frame["timestamp"].dt.tz_localize("UTC")
frame.to_json(here / "pandas.ndjson", orient="records", lines=True, date_format="iso")
