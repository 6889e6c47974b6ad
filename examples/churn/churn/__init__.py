"""Customer churn with MLflow, from training to a version that is taken back."""
