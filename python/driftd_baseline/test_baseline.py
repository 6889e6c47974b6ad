"""python -m unittest, in this directory."""

import json
import os
import tempfile
import unittest

import numpy as np
import pandas as pd

from driftd_baseline import baseline, write_baseline
from driftd_baseline.cells import kept, text


def rows(n=1000, **columns):
    return pd.DataFrame({"x": np.arange(n, dtype=float), **columns})


class TestCells(unittest.TestCase):
    def test_quantiles_by_nearest_rank(self):
        rng = np.random.default_rng(1)
        for total in (1002, 5000, 12345):
            values, n = np.unique(rng.integers(0, 3000, total), return_counts=True)
            data = np.repeat(values, n)
            for points in (10, 100, 1000):
                want = {data[0]} | {data[-(-j * total // points) - 1] for j in range(1, points + 1)}
                if len(values) <= points + 1:
                    want = set(values)
                self.assertEqual(set(values[kept(n, points)]), want)

    def test_text_is_that_of_events(self):
        for value, want in ((1, "1"), (1.0, "1"), (1.5, "1.5"), (True, "true"), (np.bool_(False), "false"), (np.int64(3), "3"), ("pro", "pro")):
            self.assertEqual(text(value), want)

    def test_fewer_points_count_what_lies_between(self):
        s = baseline(rows(5000), points=10)["series"][0]
        self.assertEqual(s["values"], [0, 499, 999, 1499, 1999, 2499, 2999, 3499, 3999, 4499, 4999])
        self.assertEqual((sum(s["n"]), sum(s["below"]), s["below"][:2]), (11, 4989, [0, 498]))

    def test_missing_and_infinite(self):
        x = np.arange(1000, dtype=float)
        x[0], x[1], x[2], x[3] = np.nan, np.inf, -np.inf, -0.0
        s = baseline(pd.DataFrame({"x": x, "i": pd.array([None] + [7] * 999, dtype="Int64"), "t": [None] + ["a"] * 999}))["series"]
        self.assertEqual((s[0]["null"], s[0]["pos_inf"], s[0]["neg_inf"], str(s[0]["values"][0])), (1, 1, 1, "0.0"))
        self.assertEqual((s[1]["values"], s[1]["n"], s[1]["null"]), ([7], [999], 1))
        self.assertEqual((s[2]["kind"], s[2]["n"], s[2]["null"]), ("category", [999], 1))

    def test_blocks_add_up(self):
        at = pd.date_range("2026-01-01T12:00:00", periods=1000, freq="1h")
        b = baseline(rows(at=at), time="at", window="1D")
        self.assertEqual((b["window"], b["from"], b["blocks"][0]["from"], len(b["blocks"])), ("86400s", "2026-01-01T00:00:00Z", "2026-01-01T00:00:00Z", 43))
        self.assertEqual(np.sum([block["series"][0]["n"] for block in b["blocks"]], axis=0).tolist(), b["series"][0]["n"])
        self.assertEqual(sum(b["blocks"][0]["series"][0]["n"]), 12)

    def test_moments_are_counted_by_their_age(self):
        at = pd.date_range("2026-01-01T00:00:00", periods=1000, freq="1h")
        since = pd.Series(at - pd.Timedelta("36h")).dt.tz_localize("UTC").dt.tz_convert("America/New_York")
        since[0] = pd.NaT
        since[1] += pd.Timedelta("1us")  # driftd keeps milliseconds
        since[2] += pd.Timedelta("48h")
        s = {one["name"]: one for one in baseline(rows(at=at, since=since), time="at")["series"]}["since"]
        self.assertEqual((s["kind"], s["values"], s["n"], s["null"]), ("number", [-0.5, 1.5], [1, 998], 1))

    def test_times_of_any_zone(self):
        at = pd.date_range("2026-01-01T00:00:00", periods=1000, freq="1h", tz="America/New_York")
        self.assertEqual(baseline(rows(at=at), time="at")["blocks"][0]["from"], "2026-01-01T00:00:00Z")
        self.assertEqual(baseline(rows(at=at + pd.Timedelta("20h")), time="at")["blocks"][0]["from"], "2026-01-02T00:00:00Z")


class TestErrors(unittest.TestCase):
    def refused(self, want, df, **options):
        with self.assertRaises(ValueError) as raised:
            baseline(df, **options)
        self.assertIn(want, str(raised.exception))

    def test_what_is_wrong_is_named(self):
        self.refused("999 rows: a reference takes at least 1000", rows(999))
        self.refused("score 'p': no such column: it has x", rows(), score="p")
        self.refused("features 'y': no such column", rows(), features=["y"])
        self.refused("points 15: want a multiple of 10", rows(), points=15)
        self.refused("window '1ms': want whole seconds", rows(at=pd.Timestamp(0)), time="at", window="1ms")
        self.refused("time 'at': 1 rows have none", rows(at=[None] + [pd.Timestamp(0)] * 999), time="at")
        self.refused("is counted by its age: give time", rows(d=pd.Timestamp(0)))
        self.refused("column 'd': timedelta64", rows(d=pd.Timedelta(0)))
        self.refused("column 'm': 3 is a int among texts", rows(m=["a"] * 999 + [3]))
        self.refused("nothing to count", rows(), features=[])

    def test_too_large_a_file_is_not_written(self):
        df = rows(1000, id=[f"{i:020000d}" for i in range(1000)])
        with tempfile.TemporaryDirectory() as directory:
            path = os.path.join(directory, "b.json")
            with self.assertRaises(ValueError) as raised:
                write_baseline(df, path)
            self.assertIn("'id' has 1000 values", str(raised.exception))
            self.assertFalse(os.path.exists(path))
            write_baseline(df, path, features=["x"])
            with open(path, encoding="utf-8") as f:
                self.assertEqual(json.load(f)["rows"], 1000)


if __name__ == "__main__":
    unittest.main()
