"""The model as it is served: preprocessing, XGBoost, and the two columns people want.

MLflow 3 logs this file itself ("models from code") instead of a pickle of the class,
so that a version can be read, and loads where another Python runs. The last line
tells it which object is the model.
"""

import json

import joblib
import mlflow
import pandas as pd


class ChurnModelWrapper(mlflow.pyfunc.PythonModel):
    def load_context(self, context):
        self.model = joblib.load(context.artifacts["model"])
        self.preprocessor = joblib.load(context.artifacts["preprocessor"])
        # An artifact is a path: what it holds has to be read.
        with open(context.artifacts["feature_names"]) as f:
            self.feature_names = json.load(f)

    def predict(self, context, model_input: pd.DataFrame, params=None) -> pd.DataFrame:
        missing = [name for name in self.feature_names if name not in model_input.columns]
        if missing:
            raise ValueError(f"missing features: {', '.join(missing)}")
        processed = self.preprocessor.transform(model_input[self.feature_names])
        probability = self.model.predict_proba(processed)[:, 1].astype(float)
        return pd.DataFrame({"churn_probability": probability, "churn_prediction": (probability > 0.5).astype("int64")})


mlflow.models.set_model(ChurnModelWrapper())
