"""The whole story against real servers; each step is asserted.

    python -m churn.story --driftd bin/driftd --slack bin/slack --kafka .cache/kafka/4.1.0/libs
"""

import argparse
import os
import signal
import sys
import tempfile
import threading
from datetime import datetime, timezone
from pathlib import Path

from . import quiet  # noqa: F401  first, before MLflow
from . import acts, data
from .daemon import Driftd
from .notebook import Notebook
from .pace import FULL, SHORT, Pace
from .servers import Servers

START = datetime(2025, 3, 3, tzinfo=timezone.utc)  # a Monday


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    arguments.add_argument("--driftd", type=Path, required=True, help="the program driftd")
    arguments.add_argument("--slack", type=Path, required=True, help="the program that stands in for Slack")
    arguments.add_argument("--kafka", type=Path, required=True, help="directory with the jars of Apache Kafka")
    arguments.add_argument("--slot", choices=["stage", "alias"], default="stage", help="where the service looks")
    arguments.add_argument("--short", action="store_true", help="a reduced form, for tests")
    arguments.add_argument("--attended", action="store_true", help="end when standard input does")
    arguments.add_argument("--write", type=Path, help="README whose blocks get what is printed")
    a = arguments.parse_args()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))  # so that the servers are stopped
    if a.attended:
        threading.Thread(target=lambda: (sys.stdin.read(), os.kill(os.getpid(), signal.SIGTERM)), daemon=True).start()
    book = Notebook()
    with tempfile.TemporaryDirectory(prefix="driftd-churn-") as directory, Servers(Path(directory)) as servers:
        tell(book, servers, a, SHORT if a.short else FULL)
    if a.write:
        book.write(a.write)


def tell(book: Notebook, servers: Servers, a: argparse.Namespace, pace: Pace) -> None:
    history, future = data.history_and_future(data.load())
    book.section("servers")
    world = acts.World(book, servers, a.slot, pace)
    world.start(a.kafka.resolve())

    book.section("train")
    v1 = world.train("xgboost-v1", data.honest_split(history), acts.CAREFUL, "XGBoost, 1,500 customers; validated on 1,000 others")
    book.section("first")
    world.driftd = Driftd(a.driftd.resolve(), a.slack.resolve(), servers, world.mlflow, world.brokers, a.slot, pace.maturity, START)
    world.validate(v1)
    world.promote(v1)
    book.section("serve")
    world.serve(future, START)

    book.section("alone")
    world.driftd.run()
    day = world.days(START, pace.alone)
    book.section("challenger")
    v2 = world.train("xgboost-v2", data.leaky_split(history), acts.GREEDY, "XGBoost, 2,500 customers, churners oversampled")
    world.validate(v2)
    day = world.days(day, pace.shadow)
    world.promote(v2)
    book.section("live")
    day = world.until_taken_back(v1, v2, day, pace.patience)
    book.section("back")
    day = world.days(day, pace.after)
    world.check_taken_back(v1, v2, day)
    book.section("again")
    world.validate_on_what_happened(v2, day)
    book.section("slack")
    world.told()


if __name__ == "__main__":
    main()
