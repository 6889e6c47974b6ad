"""The demo's year through Evidently and NannyML with their defaults, beside driftd.

Every tool gets the same rows: April and May as reference, June to December live,
the inputs of version v1 and its score. A day or week counts as alerted when the
tool says so by itself; nothing is tuned on any side.

usage: compare.py peers FLIGHTS.csv > peers.json
       compare.py table peers.json DEMO.json > results.md
"""

import json
import os
import re
import sys
import warnings
from importlib.metadata import version

import pandas as pd

warnings.filterwarnings("ignore")
os.environ["NML_DISABLE_USAGE_LOGGING"] = os.environ["DO_NOT_TRACK"] = "1"

import nannyml  # noqa: E402
from evidently import DataDefinition, Dataset, Report  # noqa: E402
from evidently.presets import DataDriftPreset  # noqa: E402

CATEGORICAL = ["carrier", "origin"]
LIVE = pd.Timestamp("2013-06-01", tz="UTC")
END = pd.Timestamp("2014-01-01", tz="UTC")
FREQUENCIES = {"day": "D", "week": "W-SUN"}


def peers(flights_path):
    """What Evidently and NannyML say, as JSON."""
    flights = pd.read_csv(flights_path, parse_dates=["time", "known_at"])
    flights = flights[flights.time < END]
    first = flights.columns.get_loc("time") + 1
    columns = [c for c in flights.columns[first : flights.columns.get_loc("v0")] if c != "flight_late_rate_7d"] + ["v1"]
    reference, live = flights[flights.time < LIVE], flights[flights.time >= LIVE]
    drift = {}
    for name, frequency in FREQUENCIES.items():
        chunks = [g for _, g in live.groupby(pd.Grouper(key="time", freq=frequency)) if len(g)]
        for tool, alerts in (
            ("Evidently", evidently_alerts(reference, chunks, columns)),
            ("NannyML", nannyml_alerts(reference, live, columns, frequency)),
        ):
            drift[f"{tool} {name}"] = {
                "chunks": len(alerts),
                "any": sum(bool(chunk) for chunk in alerts),
                "half": sum(len(chunk) >= 0.5 * len(columns) for chunk in alerts),
                "columns": {c: sum(c in chunk for chunk in alerts) for c in columns},
            }
    versions = {name: version(name.lower()) for name in ("Evidently", "NannyML")}
    json.dump({"versions": versions, "drift": drift, "performance": performance(flights)}, sys.stdout, indent=1)


def evidently_alerts(reference, chunks, columns):
    """Drifted columns by chunk: DataDriftPreset, all defaults. It refuses a chunk in which a
    column has no value at all (a day without weather): such a column is left out that day."""
    alerts = []
    for chunk in chunks:
        filled = [c for c in columns if chunk[c].notna().any()]
        definition = DataDefinition(
            numerical_columns=[c for c in filled if c not in CATEGORICAL],
            categorical_columns=[c for c in filled if c in CATEGORICAL],
        )
        now, before = (Dataset.from_pandas(d[filled], data_definition=definition) for d in (chunk, reference))
        run = Report([DataDriftPreset()]).run(now, before)
        drifted = set()
        for metric in run.dict()["metrics"]:
            config = metric["config"]
            if config["type"].endswith(":ValueDrift"):
                method, value, threshold = config["method"].lower(), float(metric["value"]), float(config["threshold"])
                by_p_value = re.search(r"p_value|p-value|k-s|chi|z-test", method)
                if (value < threshold) if by_p_value else (value >= threshold):
                    drifted.add(config["column"])
        alerts.append(drifted)
    return alerts


def nannyml_alerts(reference, live, columns, frequency):
    """Drifted columns by chunk: UnivariateDriftCalculator, all defaults."""
    calculator = nannyml.UnivariateDriftCalculator(
        column_names=columns, timestamp_column_name="time", treat_as_categorical=CATEGORICAL, chunk_period=frequency[0]
    )
    naive = lambda d: d.assign(time=d.time.dt.tz_localize(None))  # noqa: E731
    calculator.fit(naive(reference)[columns + ["time"]])
    frame = calculator.calculate(naive(live)[columns + ["time"]]).filter(period="analysis").to_df()
    return [{c for c in columns if row[c].xs("alert", level=-1).any()} for _, row in frame.iterrows()]


def performance(flights):
    """The serving version's metrics through NannyML; the leaky v2 serves from September 1."""
    naive = flights.assign(time=flights.time.dt.tz_localize(None)).dropna(subset=["late"])
    found = []
    for name, period, days in (("day", "D", 1), ("week", "W", 7)):
        for metric in ("roc_auc", "accuracy"):
            rows = naive.assign(score=naive.v2.where(naive.time >= "2013-09-01", naive.v1)).dropna(subset=["score"])
            rows = rows.assign(predicted=(rows.score >= 0.5).astype(int), late=rows.late.astype(int))
            calculator = nannyml.PerformanceCalculator(
                metrics=[metric], y_true="late", y_pred="predicted", y_pred_proba="score",
                problem_type="classification_binary", timestamp_column_name="time", chunk_period=period,
            )
            calculator.fit(rows[rows.time < "2013-06-01"])
            frame = calculator.calculate(rows[rows.time >= "2013-06-01"]).filter(period="analysis").to_df()
            start, alert = frame["chunk", "start_date"], frame[metric, "alert"].astype(bool)
            bad, healthy = start[alert & (start >= "2013-09-01")], alert[start < "2013-09-01"]
            noticed = None if bad.empty else (bad.iloc[0] + pd.Timedelta(days, "D") - pd.Timestamp("2013-09-01")).days
            found.append({"metric": metric, "by": name, "days": noticed, "healthy": int(healthy.sum()), "chunks": len(healthy)})
    return found


def table(peers_path, demo_path):
    """The results as Markdown."""
    peers, demo = json.load(open(peers_path)), json.load(open(demo_path))
    drift = peers["drift"]
    order = ["Evidently day", "Evidently week", "NannyML day", "NannyML week"]
    ours = {}
    for alert in demo["drift_alerts"]:
        for feature in alert["features"]:
            ours["v1" if feature == "(score)" else feature] = ours.get("v1" if feature == "(score)" else feature, 0) + 1
    print(f"""Evidently {peers["versions"]["Evidently"]} (DataDriftPreset), NannyML {peers["versions"]["NannyML"]} (UnivariateDriftCalculator), driftd: defaults of each.
Reference April and May, live June to December 2013: {drift["Evidently day"]["chunks"]} days, {drift["Evidently week"]["chunks"]} weeks.

| alerts on | Evidently, days | weeks | NannyML, days | weeks | driftd, notifications |
|---|---:|---:|---:|---:|---:|""")
    for c in drift[order[0]]["columns"]:
        cells = [str(drift[o]["columns"][c]) for o in order]
        print(f"| {'score of v1' if c == 'v1' else c} | {' | '.join(cells)} | {ours.get(c, 0)} |")
    print(f"| **any column** | {' | '.join('**%d**' % drift[o]['any'] for o in order)} | **{len(demo['drift_alerts'])}** |")
    print(f"| half of the columns | {' | '.join(str(drift[o]['half']) for o in order)} | |")
    print("\nWhen is the leaky v2, live from September 1, noticed?\n\n| | days after | alerts on the healthy v1, June to August |\n|---|---:|---:|")
    for p in peers["performance"]:
        print(f"| NannyML {p['metric']} by {p['by']} | {p['days'] or 'never'} | {p['healthy']} of {p['chunks']} |")
    for d in demo["demotions"]:
        days = (pd.Timestamp(d["at"]).tz_localize(None) - pd.Timestamp("2013-09-01")).days
        print(f"| driftd, demoted by {d['detector']} after {d['labels']} labels | {days} | 0 demotions |")


if __name__ == "__main__":
    {"peers": peers, "table": table}[sys.argv[1]](*sys.argv[2:])
