"""The pipelines as a model of MLflow, for `mlflow models serve`: python -m service.bench.on_mlflow FOLDER saves it."""

import sys
from typing import Any

import mlflow

from service.bench import scikit


class Barchasb(mlflow.pyfunc.PythonModel):  # type: ignore[misc]  # not installed beside us
    """POST /invocations."""

    def load_context(self, context: object) -> None:
        """Load the pipelines, once a worker."""
        self.tagger = scikit.load()

    def predict(self, context: object, model_input: list[str]) -> list[dict[str, Any]]:
        """Tag sentences."""
        return [tagged.to_dict() for tagged in self.tagger.tag_sentences(model_input)]


if __name__ == "__main__":
    # A model from code: its worker runs this file instead of unpickling it.
    mlflow.pyfunc.save_model(sys.argv[1], python_model=__file__, pip_requirements=[])
else:
    mlflow.models.set_model(Barchasb())
