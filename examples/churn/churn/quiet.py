"""Keeps what is expected off the terminal. Imported before MLflow."""

import os
import warnings

os.environ |= {"MLFLOW_LOGGING_LEVEL": "WARNING", "MLFLOW_SUPPRESS_PRINTING_URL_TO_STDOUT": "true", "MLFLOW_DISABLE_TELEMETRY": "true"}
# churn_prediction is an integer that is never missing.
warnings.filterwarnings("ignore", message="Hint: Inferred schema contains integer column")
warnings.filterwarnings("ignore", message="The specified dataset source can be interpreted in multiple ways")
# Stages are deprecated and work: see registry.py.
warnings.filterwarnings("ignore", message=".*stages.*", category=FutureWarning)
