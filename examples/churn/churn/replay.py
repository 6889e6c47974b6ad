"""Customers who come to the service, and what becomes of them weeks later."""

import heapq
import json
from collections import Counter
from datetime import datetime, timedelta

import numpy as np
import pandas as pd

from . import data
from .events import Log
from .servers import post


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

    def day(self, midnight: datetime) -> Counter[tuple[str, bool]]:
        """Asks about one day's customers and tells the outcomes that became known on it.
        Returns how many answers there were, by run id and whether they were right."""
        who = self._random.integers(len(self._churned), size=self._a_day)
        seconds = np.sort(self._random.integers(86_400, size=self._a_day))
        requests = []
        for k, s in zip(who, seconds):
            at, request_id = midnight + timedelta(seconds=int(s)), f"{midnight:%Y%m%d}-{len(requests):04d}"
            requests.append({"request_id": request_id, "at": at.isoformat(), "features": self._features[k]})
            late = self._maturity * float(self._random.uniform(0.66, 0.99))
            heapq.heappush(self._due, (at + late, request_id, self._churned[k]))
        answers = post(self._service + "/predict/batch", {"requests": requests})
        self._tell(midnight + timedelta(days=1))
        return Counter((a["model_version"], a["churn_prediction"] == self._churned[k]) for k, a in zip(who, answers))

    def _tell(self, until: datetime) -> None:
        while self._due and self._due[0][0] < until:
            known_at, request_id, churned = heapq.heappop(self._due)
            self._log.outcome(request_id, known_at, churned)
        self._log.flush()

    def somebody(self) -> dict:
        return self._features[0]
