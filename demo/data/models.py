"""The four versions of the model `flight-delay`, trained as their cards say."""

import lightgbm
import numpy as np
import pandas as pd
from sklearn.compose import make_column_transformer
from sklearn.ensemble import HistGradientBoostingClassifier
from sklearn.impute import SimpleImputer
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import accuracy_score, brier_score_loss, roc_auc_score
from sklearn.model_selection import train_test_split
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import OneHotEncoder, StandardScaler

from flights import CATEGORIES, FEATURES, LATE_RATE

SEED = 2013
THRESHOLD = 0.5
VALIDATION_SHARE = 0.2
SIMPLE = ["carrier", "origin", "scheduled_hour", "distance", "temp", "visib", "precip"]

# Fixed here, so that training months that lack a carrier do not renumber the rest.
CATEGORY_VALUES = {
    "carrier": ["9E", "AA", "AS", "B6", "DL", "EV", "F9", "FL", "HA", "MQ", "OO", "UA", "US", "VX", "WN", "YV"],
    "origin": ["EWR", "JFK", "LGA"],
}


def logistic():
    numbers = [name for name in SIMPLE if name not in CATEGORIES]
    inputs = make_column_transformer(
        (OneHotEncoder(handle_unknown="ignore"), CATEGORIES),
        (make_pipeline(SimpleImputer(strategy="median"), StandardScaler()), numbers),
    )
    return make_pipeline(inputs, LogisticRegression(max_iter=1000))


def gradient_boosting():
    return HistGradientBoostingClassifier(
        learning_rate=0.05,
        max_iter=200,
        max_leaf_nodes=31,
        min_samples_leaf=100,
        l2_regularization=1.0,
        categorical_features="from_dtype",
        random_state=SEED,
    )


def light_gbm():
    return lightgbm.LGBMClassifier(
        learning_rate=0.05,
        n_estimators=300,
        num_leaves=31,
        min_child_samples=100,
        reg_lambda=1.0,
        random_state=SEED,
        n_jobs=1,
        deterministic=True,
        force_row_wise=True,
        verbose=-1,
    )


# Months are those of the flight's date, both ends included.
VERSIONS = {
    "v0": {
        "algorithm": "logistic regression (scikit-learn)",
        "make": logistic,
        "features": SIMPLE,
        "trained": (1, 3),
        "scored": (4, 8),
    },
    "v1": {
        "algorithm": "gradient boosting (scikit-learn HistGradientBoostingClassifier)",
        "make": gradient_boosting,
        "features": FEATURES,
        "trained": (1, 3),
        "scored": (4, 12),
    },
    "v2": {
        "algorithm": "gradient boosting (LightGBM)",
        "make": light_gbm,
        "features": [*FEATURES, LATE_RATE],
        "trained": (1, 8),
        "scored": (9, 12),
        # The fault: training reads the leaked column under the served one's name.
        "training_source": {LATE_RATE: "leaked_late_rate"},
    },
    "v2_fair": {
        "algorithm": "gradient boosting (LightGBM)",
        "make": light_gbm,
        "features": FEATURES,
        "trained": (1, 8),
        "scored": (9, 12),
    },
}


def train(flights, version):
    """Returns the fitted model, its offline metrics and its training row counts.

    The metrics are those of a random fifth of the labelled flights of the
    training months, the split the version's author would have looked at.
    """
    labelled = flights[flights.month.between(*version["trained"]) & flights.late.notna()]
    inputs = _inputs(labelled, version["features"], version.get("training_source"))
    late = labelled.late.astype(int)
    fit_x, valid_x, fit_y, valid_y = train_test_split(
        inputs, late, test_size=VALIDATION_SHARE, random_state=SEED, stratify=late
    )
    model = version["make"]().fit(fit_x, fit_y)
    metrics = measure(valid_y, model.predict_proba(valid_x)[:, 1])
    return model, metrics, {"rows": len(fit_y), "validation_rows": len(valid_y)}


def score(model, flights, version):
    """Returns P(late) for the months the version is scored, null in the others."""
    rows = flights.month.between(*version["scored"]).to_numpy()
    scores = np.full(len(flights), np.nan)
    scores[rows] = model.predict_proba(_inputs(flights[rows], version["features"]))[:, 1]
    return np.round(scores, 3)


def measure(late, scores):
    return {
        "accuracy": accuracy_score(late, scores >= THRESHOLD),
        "auc": roc_auc_score(late, scores),
        "brier": brier_score_loss(late, scores),
    }


def _inputs(flights, features, source=None):
    source = source or {}
    inputs = pd.DataFrame({name: flights[source.get(name, name)] for name in features})
    for name in CATEGORIES:
        inputs[name] = inputs[name].astype(pd.CategoricalDtype(CATEGORY_VALUES[name]))
    return inputs
