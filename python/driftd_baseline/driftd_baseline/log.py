"""Puts a baseline beside the files of a model version in MLflow."""

import os
import tempfile

from .write import write_baseline

PATH = os.path.join("monitoring", "baseline.json")


def log_baseline(df, *, run_id=None, model_id=None, artifact_path="model", **options):
    """Logs the baseline of df; options are those of baseline.

    model_id       logged model (MLflow 3): the file becomes one of its own
    run_id         run (MLflow 2) below whose artifact_path the model is; the active
                   run unless given
    """
    import mlflow

    with tempfile.TemporaryDirectory() as directory:
        write_baseline(df, os.path.join(directory, PATH), **options)
        client = mlflow.MlflowClient()
        if model_id is not None:
            client.log_model_artifacts(model_id, directory)
            return
        if run_id is None:
            active = mlflow.active_run()
            if active is None:
                raise ValueError("run_id, model_id: none is given and no run is active: name the one that has the model")
            run_id = active.info.run_id
        client.log_artifacts(run_id, directory, artifact_path)
