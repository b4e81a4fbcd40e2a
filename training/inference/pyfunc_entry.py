"""Models-from-code script: MLflow runs this file to rebuild a registered model; `kind` says which of the three."""

from mlflow.models import ModelConfig, set_model

from training.inference.pyfunc import PYFUNC_MODELS

set_model(PYFUNC_MODELS[ModelConfig().get("kind")]())
