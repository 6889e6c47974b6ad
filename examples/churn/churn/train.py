"""Trains a version and logs all that is known about it."""

import json
import tempfile
from dataclasses import dataclass
from pathlib import Path

import joblib
import matplotlib

matplotlib.use("Agg")  # no display
import matplotlib.pyplot as plt
import mlflow
import pandas as pd
from driftd_baseline import log_baseline
from mlflow.data import from_pandas
from sklearn.compose import make_column_selector, make_column_transformer
from sklearn.metrics import ConfusionMatrixDisplay, accuracy_score, f1_score, precision_score, recall_score, roc_auc_score
from sklearn.preprocessing import OneHotEncoder
from xgboost import XGBClassifier

from . import data, wrapper

EXPERIMENT = "customer-churn-prediction"
REQUIREMENTS = Path(__file__).parent.parent / "requirements.txt"
NEEDED = ("joblib", "scikit-learn", "scipy", "threadpoolctl", "narwhals", "xgboost-cpu")


@dataclass(frozen=True)
class Trained:
    run_id: str
    model_id: str
    metrics: dict[str, float]


def train(name: str, split: data.Split, params: dict) -> Trained:
    """One run: parameters, metrics, figures, data set, model with signature and input
    example, and the baseline that driftd compares live data with."""
    mlflow.set_experiment(EXPERIMENT)
    # mlflow.sklearn.autolog() does not see XGBoost. The model is logged below, once.
    mlflow.xgboost.autolog(log_models=False, log_datasets=False, silent=True)
    with mlflow.start_run(run_name=name) as run, tempfile.TemporaryDirectory() as directory:
        mlflow.log_params(params)
        x, y = data.features(split.train), split.train[data.TARGET]
        preprocessor = make_column_transformer(
            (OneHotEncoder(handle_unknown="ignore", sparse_output=False), make_column_selector(dtype_exclude="number")),
            remainder="passthrough", verbose_feature_names_out=False,
        ).set_output(transform="pandas").fit(x)
        model = XGBClassifier(**params, random_state=data.SEED, n_jobs=2)
        model.fit(preprocessor.transform(x), y)

        held_out = data.features(split.validation)
        truth = split.validation[data.TARGET]
        probability = pd.Series(model.predict_proba(preprocessor.transform(held_out))[:, 1].astype(float), index=held_out.index)
        predicted = (probability > 0.5).astype(int)
        metrics = {
            "accuracy": accuracy_score(truth, predicted),
            "precision": precision_score(truth, predicted),
            "recall": recall_score(truth, predicted),
            "f1": f1_score(truth, predicted),
            "auc_roc": roc_auc_score(truth, probability),
        }
        mlflow.log_metrics(metrics)
        mlflow.log_input(from_pandas(split.train, source=data.PATH.name, targets=data.TARGET, name="mlc_churn"), context="training")

        at = Path(directory)
        draw(at, model, preprocessor, truth, predicted)
        mlflow.log_artifact(at / "feature_importance.png")
        mlflow.log_artifact(at / "confusion_matrix.png")
        split.validation.to_csv(at / "validation.csv", index=False)
        mlflow.log_artifact(at / "validation.csv", "validation")

        joblib.dump(model, at / "model.joblib")
        joblib.dump(preprocessor, at / "preprocessor.joblib")
        (at / "features.json").write_text(json.dumps(list(x.columns)))
        answers = pd.DataFrame({"churn_probability": probability, "churn_prediction": predicted.astype("int64")})
        info = mlflow.pyfunc.log_model(
            name="model",  # artifact_path before MLflow 3; the files now belong to a logged model, not to the run
            python_model=wrapper.__file__,
            artifacts={"model": str(at / "model.joblib"), "preprocessor": str(at / "preprocessor.joblib"), "feature_names": str(at / "features.json")},
            pip_requirements=requirements(),
            signature=mlflow.models.infer_signature(held_out, answers),
            input_example=held_out.head(5),
        )
        # What live data are compared with: held-out rows as this version scored them.
        scored = held_out.assign(p=probability, answer=predicted, truth=truth)
        log_baseline(scored, model_id=info.model_id, score="p", prediction="answer", label="truth")
    return Trained(run.info.run_id, info.model_id, metrics)


def requirements() -> list[str]:
    """The pinned packages that the model needs, beside MLflow and pandas, which MLflow adds."""
    pins = [line for line in REQUIREMENTS.read_text().splitlines() if "==" in line]
    return [f"mlflow-skinny=={mlflow.__version__}", f"pandas=={pd.__version__}"] + [p for p in pins if p.split("==")[0] in NEEDED]


def draw(at: Path, model: XGBClassifier, preprocessor, truth: pd.Series, predicted: pd.Series) -> None:
    weight = pd.Series(model.feature_importances_, index=preprocessor.get_feature_names_out()).nlargest(15)[::-1]
    figure, axes = plt.subplots(figsize=(7, 5), layout="constrained")
    weight.plot.barh(ax=axes, title="Feature importance (gain)")
    figure.savefig(at / "feature_importance.png")
    figure, axes = plt.subplots(figsize=(4, 4), layout="constrained")
    ConfusionMatrixDisplay.from_predictions(truth, predicted, display_labels=["stays", "leaves"], ax=axes, colorbar=False)
    figure.savefig(at / "confusion_matrix.png")
    plt.close("all")
