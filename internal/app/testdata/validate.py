"""What people have in Python beside the promotion gate: the pipeline that judges
labelled rows, and MLflow's own client to read what a validation wrote."""
import json
import sys
import warnings

warnings.filterwarnings("ignore")


def accuracy_score(truth, predicted):
    return float((truth == predicted).mean())


def roc_auc_score(truth, score):
    """The area under the curve of rates over falling thresholds, by trapezoids."""
    import numpy as np

    order = np.argsort(-score.to_numpy(), kind="stable")
    truth, score = truth.to_numpy()[order], score.to_numpy()[order]
    ends = np.append(np.nonzero(np.diff(score))[0], len(score) - 1)
    hits = np.append(0, np.cumsum(truth)[ends])
    misses = np.append(0, 1 + ends - hits[1:])
    x, y = misses / misses[-1], hits / hits[-1]
    return float(np.sum(np.diff(x) * (y[1:] + y[:-1]) / 2))


def judge(path):
    import pandas as pd

    try:  # where it is installed, scikit-learn itself
        from sklearn import metrics
    except ImportError:
        metrics = sys.modules[__name__]
    accuracy_score, roc_auc_score = metrics.accuracy_score, metrics.roc_auc_score
    rows = pd.read_csv(path)
    measured = {
        "val_accuracy": accuracy_score(rows.target, rows.churn_prediction),
        "val_auc": roc_auc_score(rows.target, rows.churn_probability),
        "prod_accuracy": accuracy_score(rows.target, rows.production_prediction),
        "prod_auc": roc_auc_score(rows.target, rows.production_score),
    }
    rules = {
        "accuracy_threshold": measured["val_accuracy"] >= 0.85,
        "auc_threshold": measured["val_auc"] >= 0.80,
        "accuracy_improvement": measured["val_accuracy"] >= measured["prod_accuracy"],
        "auc_improvement": measured["val_auc"] >= measured["prod_auc"] - 0.01,
    }
    for rule, holds in rules.items():
        measured["validation_" + rule] = int(holds)
    return {"metrics": measured, "status": "passed" if all(rules.values()) else "failed"}


def read(server, name, version, experiment):
    from mlflow import MlflowClient

    client = MlflowClient(server, server)
    found = client.get_experiment_by_name(experiment)
    return {
        "Runs": [
            {"ID": r.info.run_id, "Name": r.info.run_name, "Status": r.info.status, "Metrics": r.data.metrics, "Params": r.data.params}
            for r in client.search_runs([found.experiment_id])
        ],
        "Tags": dict(client.get_model_version(name, version).tags),
    }


def judge_all(*paths):
    return [judge(path) for path in paths]


what, *args = sys.argv[1:]
print(json.dumps({"judge": judge_all, "read": read}[what](*args)))
