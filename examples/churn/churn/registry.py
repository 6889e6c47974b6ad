"""Which version is where: by stages, and the same by aliases.

MLflow 3 still has stages, with a warning that they are deprecated. An alias points to
one version; a stage may be held by several, unless the others are archived with the move.
"""

from typing import Protocol

import mlflow
from mlflow import MlflowClient
from mlflow.entities.model_registry import ModelVersion

MODEL = "churn-prediction-model"
FALLBACK = "fallback"  # alias of the version before, which goes on scoring in the shadow


class Slot(Protocol):
    """Where the service looks for its model."""

    name: str
    uri: str

    def serving(self) -> ModelVersion | None: ...
    def challenger(self) -> ModelVersion | None: ...
    def propose(self, version: str) -> None: ...
    def promote(self, version: str) -> None: ...


class Stages:
    name, uri = "stage Production", f"models:/{MODEL}/Production"

    def __init__(self, client: MlflowClient) -> None:
        self.client = client

    def serving(self) -> ModelVersion | None:
        return self._newest("Production")

    def challenger(self) -> ModelVersion | None:
        return self._newest("Staging")

    def propose(self, version: str) -> None:
        self.client.transition_model_version_stage(MODEL, version, "Staging", archive_existing_versions=False)

    def promote(self, version: str) -> None:
        before = self.serving()
        self.client.transition_model_version_stage(MODEL, version, "Production", archive_existing_versions=True)
        if before:
            self.client.set_registered_model_alias(MODEL, FALLBACK, before.version)

    def _newest(self, stage: str) -> ModelVersion | None:
        return next(iter(self.client.get_latest_versions(MODEL, [stage])), None)


class Aliases:
    name, uri = "alias champion", f"models:/{MODEL}@champion"

    def __init__(self, client: MlflowClient) -> None:
        self.client = client

    def serving(self) -> ModelVersion | None:
        return holder(self.client, "champion")

    def challenger(self) -> ModelVersion | None:
        return holder(self.client, "challenger")

    def propose(self, version: str) -> None:
        self.client.set_registered_model_alias(MODEL, "challenger", version)

    def promote(self, version: str) -> None:
        before = self.serving()
        self.client.set_registered_model_alias(MODEL, "champion", version)
        self.client.delete_registered_model_alias(MODEL, "challenger")
        if before:
            self.client.set_registered_model_alias(MODEL, FALLBACK, before.version)


def slot(kind: str, client: MlflowClient) -> Slot:
    return {"stage": Stages, "alias": Aliases}[kind](client)


def holder(client: MlflowClient, alias: str) -> ModelVersion | None:
    """The version that an alias points to; only "there is none" is None, an outage is an error."""
    version = client.get_registered_model(MODEL).aliases.get(alias)
    return client.get_model_version(MODEL, version) if version else None


def scoring(client: MlflowClient, slot: Slot) -> list[str]:
    """The versions that score requests: the one that answers, then those in its shadow."""
    champion = slot.serving()
    if champion is None:
        raise RuntimeError(f"no version holds {slot.name} of {MODEL}")
    beside = (slot.challenger(), holder(client, FALLBACK))
    return list(dict.fromkeys([champion.version, *(v.version for v in beside if v)]))


def register(client: MlflowClient, model_id: str, description: str) -> str:
    """Registers a logged model. In MLflow 3 its address is models:/m-…; runs:/…/model works too."""
    version = mlflow.register_model(f"models:/{model_id}", MODEL).version
    client.update_model_version(MODEL, version, description=description)
    client.set_model_version_tag(MODEL, version, "validation_status", "pending")
    return version
