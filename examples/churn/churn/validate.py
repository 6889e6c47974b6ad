"""The validation pipeline: may a version be promoted?"""

from pathlib import Path

import mlflow
import pandas as pd
from mlflow import MlflowClient
from sklearn.metrics import accuracy_score, roc_auc_score

from . import data
from .registry import MODEL, Slot


def validation_rows(client: MlflowClient, run_id: str) -> pd.DataFrame:
    """The rows that the training job held out, or believes it did."""
    return pd.read_csv(client.download_artifacts(run_id, "validation/validation.csv"))


def scored(version: str, production: str | None, rows: pd.DataFrame) -> pd.DataFrame:
    """The rows' labels, and what the version and the one in production say of them."""
    out = pd.DataFrame({"label": rows[data.TARGET]})
    for prefix, v in (("", version), ("production_", production)):
        if v:
            answers = mlflow.pyfunc.load_model(f"models:/{MODEL}/{v}").predict(data.features(rows))
            out[prefix + "score"], out[prefix + "prediction"] = answers["churn_probability"], answers["churn_prediction"]
    return out


def validate(client: MlflowClient, slot: Slot, version: str, keep: Path) -> bool:
    """Holds a version to four rules; the outcome is a run and a tag. The scored rows are
    kept as a file, on which anybody may decide again."""
    rows = validation_rows(client, client.get_model_version(MODEL, version).run_id)
    # No version in production means nothing to compare with. An outage is an error here,
    # and no pass: a bare except would take it for a production with accuracy 0.
    production = slot.serving()
    answers = scored(version, production.version if production else None, rows)
    answers.to_csv(keep, index=False)

    def measure(prefix: str) -> tuple[float, float]:
        return (accuracy_score(answers["label"], answers[prefix + "prediction"]),
                roc_auc_score(answers["label"], answers[prefix + "score"]))

    accuracy, auc = measure("")
    metrics = {"val_accuracy": accuracy, "val_auc": auc}
    rules = {"accuracy_threshold": accuracy >= 0.85, "auc_threshold": auc >= 0.80}
    if production:
        prod_accuracy, prod_auc = measure("production_")
        metrics |= {"prod_accuracy": prod_accuracy, "prod_auc": prod_auc}
        rules |= {"accuracy_improvement": accuracy >= prod_accuracy, "auc_improvement": auc >= prod_auc - 0.01}

    with mlflow.start_run(run_name=f"validation-{MODEL}-v{version}"):
        mlflow.log_metrics(metrics | {f"validation_{name}": int(held) for name, held in rules.items()})
    passed = all(rules.values())
    client.set_model_version_tag(MODEL, version, "validation_status", "passed" if passed else "failed")
    return passed
