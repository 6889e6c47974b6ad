"""The service: answers with the version in the slot, and follows it.

    MLFLOW_TRACKING_URI=… KAFKA=… uvicorn churn.serve:app

A request is scored by the champion, which answers it, and in the shadow by the
challenger and by the version before; each answer is logged to Kafka.
"""

import logging
import os
import threading
import uuid
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime, timezone

import mlflow
import pandas as pd
from fastapi import FastAPI, HTTPException
from mlflow import MlflowClient
from pydantic import BaseModel

from . import registry
from .events import Log

POLL = float(os.environ.get("POLL_SECONDS", "10"))
REPLAY = os.environ.get("REPLAY") == "1"  # whether requests may say when they were made

log = logging.getLogger("churn")


@dataclass(frozen=True)
class Loaded:
    version: str
    model: mlflow.pyfunc.PyFuncModel

    @property
    def run_id(self) -> str:
        return self.model.metadata.run_id

    def answer(self, rows: pd.DataFrame) -> list[dict]:
        # JSON has one kind of number: 265 is a double where the signature says so.
        numbers = {c.name: float for c in self.model.metadata.signature.inputs if c.type.name == "double" and c.name in rows}
        answers = self.model.predict(rows.astype(numbers))
        return [{"churn_probability": float(p), "churn_prediction": int(c), "model_version": self.run_id}
                for p, c in zip(answers["churn_probability"], answers["churn_prediction"])]


class Models:
    """The loaded versions. What is served is replaced at once, never half."""

    def __init__(self, slot: registry.Slot, client: MlflowClient) -> None:
        self._slot, self._client = slot, client
        self._loaded: dict[str, Loaded] = {}
        self.champion: Loaded | None = None
        self.shadows: list[Loaded] = []

    def follow(self) -> None:
        """Loads what the registry names now."""
        wanted = registry.scoring(self._client, self._slot)
        self._loaded = {v: self._loaded.get(v) or Loaded(v, mlflow.pyfunc.load_model(f"models:/{registry.MODEL}/{v}")) for v in wanted}
        champion, *self.shadows = self._loaded.values()
        if self.champion is not champion:
            log.info("serving version %s", champion.version)
        self.champion = champion

    def keep_following(self, stop: threading.Event) -> None:
        while not stop.wait(POLL):
            try:
                self.follow()
            except Exception:  # the registry is away: what is loaded goes on serving
                log.exception("look at the registry")


@asynccontextmanager
async def lifespan(app: FastAPI):  # on_event("startup") is deprecated
    client = MlflowClient()
    app.state.models = Models(registry.slot(os.environ.get("SLOT", "stage"), client), client)
    app.state.models.follow()
    app.state.log = Log(os.environ["KAFKA"])
    stop = threading.Event()
    follower = threading.Thread(target=app.state.models.keep_following, args=(stop,), daemon=True)
    follower.start()
    yield
    stop.set()
    follower.join()
    app.state.log.flush()


app = FastAPI(lifespan=lifespan)


class PredictionRequest(BaseModel):
    features: dict
    request_id: str | None = None
    at: datetime | None = None  # replays only


class PredictionResponse(BaseModel):
    churn_probability: float
    churn_prediction: int
    model_version: str  # the run id of the version


class Batch(BaseModel):
    requests: list[PredictionRequest]


@app.post("/predict", response_model=PredictionResponse)
def predict(request: PredictionRequest) -> dict:
    return answered([request])[0]


@app.post("/predict/batch", response_model=list[PredictionResponse])
def predict_batch(batch: Batch) -> list[dict]:
    """All customers of a night in one request."""
    return answered(batch.requests)


def answered(requests: list[PredictionRequest]) -> list[dict]:
    models: Models = app.state.models
    champion, shadows = models.champion, models.shadows
    rows = pd.DataFrame([r.features for r in requests])
    try:
        answers = champion.answer(rows)
    except (mlflow.exceptions.MlflowException, ValueError) as e:
        raise HTTPException(status_code=400, detail=str(e)) from e
    scored = [("served", answers)]
    for shadow in shadows:
        try:
            scored.append(("shadow", shadow.answer(rows)))
        except Exception:  # a shadow never fails a request
            log.exception("score in the shadow of version %s", shadow.version)
    now = datetime.now(timezone.utc)
    for k, r in enumerate(requests):
        request_id, at = r.request_id or str(uuid.uuid4()), r.at if REPLAY and r.at else now
        for role, given in scored:
            app.state.log.prediction(request_id, at, r.features, role, given[k])
    if REPLAY:
        app.state.log.flush()  # so that the stepped clock passes no event
    return answers


@app.get("/health")
def health() -> dict:
    models: Models = app.state.models
    return {
        "status": "healthy", "model_loaded": models.champion is not None, "model_version": models.champion.run_id,
        "versions": [m.version for m in (models.champion, *models.shadows)],
    }
