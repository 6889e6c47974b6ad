"""Customers who come to the service, and what becomes of them weeks later."""

import heapq
import json
from datetime import datetime, timedelta

import numpy as np
import pandas as pd

from . import data
from .events import Log
from .servers import get, post


class Replay:
    """Draws customers whom no version has seen, with replacement, and asks the service
    about them day by day. What they do becomes known between two thirds of the maturity
    and the maturity after the question, in the order of event time."""

    def __init__(self, future: pd.DataFrame, service: str, log: Log, a_day: int, maturity: timedelta) -> None:
        self._features = json.loads(data.features(future).to_json(orient="records"))
        self._churned = [int(y) for y in future[data.TARGET]]
        self._service, self._log, self._a_day, self._maturity = service, log, a_day, maturity
        self._random = np.random.default_rng(data.SEED)
        self._due: list[tuple[datetime, str, int]] = []
        self.asked = self.known = 0

    def day(self, midnight: datetime) -> dict[str, tuple[int, int]]:
        """Asks about one day's customers and tells the outcomes that became known on it.
        Returns, by run id of what answered, how many answers and how many right ones."""
        who = self._random.integers(len(self._churned), size=self._a_day)
        seconds = np.sort(self._random.integers(86_400, size=self._a_day))
        requests = []
        for k, s in zip(who, seconds):
            at, request_id = midnight + timedelta(seconds=int(s)), f"{midnight:%Y%m%d}-{len(requests):04d}"
            requests.append({"request_id": request_id, "at": at.isoformat(), "features": self._features[k]})
            late = self._maturity * float(self._random.uniform(0.66, 0.99))
            heapq.heappush(self._due, (at + late, request_id, self._churned[k]))
        answers = post(self._service + "/predict/batch", {"requests": requests})
        self.asked += len(requests)
        self._tell(midnight + timedelta(days=1))
        by: dict[str, tuple[int, int]] = {}
        for k, a in zip(who, answers):
            n, right = by.get(a["model_version"], (0, 0))
            by[a["model_version"]] = n + 1, right + (a["churn_prediction"] == self._churned[k])
        return by

    def _tell(self, until: datetime) -> None:
        while self._due and self._due[0][0] < until:
            known_at, request_id, churned = heapq.heappop(self._due)
            self._log.outcome(request_id, known_at, churned)
            self.known += 1
        self._log.flush()

    def somebody(self) -> dict:
        return self._features[0]

    def serving(self) -> str:
        return get(self._service + "/health")["version"]
