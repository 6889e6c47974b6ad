"""Writes the flights as one compact column-major file; README.md gives the format."""

import gzip
import json

import numpy as np

from flights import DECIMALS, FEATURES, LATE_RATE
from models import CATEGORY_VALUES

FORMAT = "driftd-columns/1"
EPOCH = np.datetime64("1970-01-01")
SCORE_DECIMALS = 3

# Columns that repeat within an airport's hour are coded as differences to the
# last flight from the same airport.
BY_ORIGIN = {
    "scheduled_hour",
    "scheduled_departures",
    "temp",
    "dewp",
    "humid",
    "pressure",
    "visib",
    "wind_dir",
    "wind_speed",
    "precip",
    "origin_delay_3h",
}


def columns(flights, versions):
    """Yields (description, whole numbers with NaN for null) for each column."""
    minute = np.timedelta64(1, "m")
    time = flights.time.dt.tz_localize(None).to_numpy()
    outcome = flights.outcome.dt.tz_localize(None).to_numpy()
    yield {"name": "time", "role": "minute", "delta": "row"}, (time - EPOCH) / minute
    yield {"name": "outcome", "role": "minutes_after"}, (outcome - time) / minute
    yield {"name": "late", "role": "label"}, flights.late
    yield {"name": "date", "role": "day", "delta": "row"}, (flights.date.to_numpy() - EPOCH) / np.timedelta64(1, "D")
    yield {"name": "flight", "role": "flight"}, flights.flight

    # The reader needs the origin before the columns coded by it.
    for name in sorted([*FEATURES, LATE_RATE], key=lambda name: name != "origin"):
        description = {"name": name, "role": "feature"}
        if name in CATEGORY_VALUES:
            codes = {value: code for code, value in enumerate(CATEGORY_VALUES[name])}
            yield description | {"categories": list(codes)}, flights[name].map(codes)
            continue
        places = DECIMALS.get(name, 0)
        if places:
            description["decimals"] = places
        if name in BY_ORIGIN:
            description["delta"] = "origin"
        yield description, scaled(flights[name], places)
    for name in versions:
        yield {"name": name, "role": "score", "decimals": SCORE_DECIMALS}, scaled(flights[name], SCORE_DECIMALS)


def scaled(values, places):
    return np.round(values * 10**places)


def write(path, flights, versions):
    """Writes the file; equal rows give equal bytes."""
    origin = flights.origin.map({v: i for i, v in enumerate(CATEGORY_VALUES["origin"])}).to_numpy()
    described, bodies = [], []
    for description, values in columns(flights, versions):
        body = encode(np.asarray(values, dtype=float), description.get("delta"), origin)
        described.append(description | {"bytes": len(body)})
        bodies.append(body)
    header = json.dumps({"format": FORMAT, "rows": len(flights), "columns": described}, separators=(",", ":"))
    content = header.encode() + b"\n" + b"".join(bodies)
    with open(path, "wb") as raw, gzip.GzipFile("", "wb", 9, raw, mtime=0) as packed:
        packed.write(content)


def encode(values, delta, origin):
    """Unsigned varints: 0 for null, else 1 + the zigzag code of value or difference."""
    known = ~np.isnan(values)
    if np.any(values[known] != np.round(values[known])):
        raise ValueError("column holds a fraction")
    numbers = np.where(known, values, 0).astype(np.int64)
    groups = {"row": [known], "origin": [known & (origin == o) for o in np.unique(origin)]}.get(delta, [])
    for group in groups:
        numbers[group] = np.diff(numbers[group], prepend=0)
    zigzag = (numbers << 1) ^ (numbers >> 63)
    return varints(np.where(known, zigzag + 1, 0))


def varints(codes):
    """Little-endian groups of seven bits, the eighth set on all but the last."""
    out = bytearray()
    for code in codes.tolist():
        while code > 127:
            out.append(code & 127 | 128)
            code >>= 7
        out.append(code)
    return bytes(out)
