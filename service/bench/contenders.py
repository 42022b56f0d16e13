"""How each server is started, asked and read."""

import json
import os
import subprocess
import sys
from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, ClassVar

from labels.scheme import SCORED
from service.bench.processes import HOST, free_port
from service.bench.scikit import BenchError

_BESIDE_US = Path(sys.executable).parent
_REPOSITORY = Path(__file__).parents[2]
SERVERS = _REPOSITORY / ".venv-servers" / "bin"
"""The environment of the model servers."""

Answer = tuple[tuple[str, ...], str, tuple[float, ...]]
"""Themes, type and scores (in the order of `SCORED`) of one sentence."""


class Contender(ABC):
    """A server of tags, started with `workers` processes that answer."""

    name: ClassVar[str]
    program: ClassVar[Path]
    path: ClassVar[str] = "/classify"
    right: ClassVar[bool] = True
    """Whether it answers what the model in use answers."""

    def __init__(self, workers: int) -> None:
        if not self.program.exists():
            raise BenchError(f"{self.program}: is missing; set up and compare with: make bench-service")
        self.workers = workers

    def environment(self) -> dict[str, str]:
        """Return what is added to the environment of the server."""
        return {}

    @abstractmethod
    def command(self, folder: Path, port: int) -> list[str]:
        """Return the command that serves at a port; it may write to `folder`, which is its own and empty."""

    def body(self, sentences: Sequence[str]) -> dict[str, Any]:
        """Return the request for the tags of sentences, as JSON has it."""
        return {"sentences": sentences}

    def answers(self, value: Any) -> list[Answer]:
        """Return what an answer says of each sentence."""
        return [
            (tuple(tag["themes"]), tag["type"], tuple(tag["scores"][label] for label in SCORED))
            for tag in self.tags(value)
        ]

    def tags(self, value: Any) -> list[Mapping[str, Any]]:
        """Return the tags of an answer."""
        tags: list[Mapping[str, Any]] = value["sentences"]
        return tags


class Ours(Contender):
    """The service, as a user runs it."""

    name = "barchasb serve"
    program = _BESIDE_US / "barchasb"

    def command(self, folder: Path, port: int) -> list[str]:
        """Return the user's command."""
        return [str(self.program), "serve", "--port", str(port)]

    def environment(self) -> dict[str, str]:
        """Return the setting of the workers."""
        return {"BARCHASB_WORKERS": str(self.workers)}


class Ceiling(Contender):
    """The least that a Flask view can do under the same server."""

    name = "ceiling: Flask and orjson, no model"
    program = _BESIDE_US / "python"
    right = False
    kind = "ceiling"

    def command(self, folder: Path, port: int) -> list[str]:
        """Return the command of `on_flask`."""
        return [str(self.program), "-m", "service.bench.on_flask", self.kind, str(port), str(self.workers)]


class Sync(Ceiling):
    """The same view under the workers that gunicorn has by default."""

    name = "the ceiling on gunicorn's own workers"
    kind = "sync"


class Flask(Ceiling):
    """The pipelines in the same view."""

    name = "Flask and scikit-learn"
    right = True
    kind = "scikit"


class ModelServer(Contender):
    """A server with an environment of its own, which imports this package from the repository's folder."""

    def environment(self) -> dict[str, str]:
        """Return where its programs and this package are found, and its workers."""
        path = f"{SERVERS}{os.pathsep}{os.environ['PATH']}"
        return {"PATH": path, "PYTHONPATH": str(_REPOSITORY), "BENCH_WORKERS": str(self.workers)}


class MLServer(ModelServer):
    """The pipelines behind the Open Inference Protocol."""

    name = "MLServer"
    program = SERVERS / "mlserver"
    path = "/v2/models/barchasb/infer"

    def command(self, folder: Path, port: int) -> list[str]:
        """Write the settings of the server and of the model; return the command that reads them."""
        settings = {
            "host": HOST,
            "http_port": port,
            "grpc_port": free_port(),
            "metrics_port": free_port(),
            "metrics_dir": str(folder),
            "parallel_workers": self.workers,
            "debug": False,
        }
        model = {"name": "barchasb", "implementation": "service.bench.on_mlserver.Barchasb"}
        for name, value in (("settings", settings), ("model-settings", model)):
            (folder / f"{name}.json").write_text(json.dumps(value), "utf-8")
        return [str(self.program), "start", str(folder)]

    def body(self, sentences: Sequence[str]) -> dict[str, Any]:
        """Return one tensor of strings."""
        tensor = {"name": "sentences", "shape": [len(sentences)], "datatype": "BYTES", "data": sentences}
        return {"inputs": [{**tensor, "parameters": {"content_type": "str"}}]}

    def tags(self, value: Any) -> list[Mapping[str, Any]]:
        """Put the tensors together again."""
        found = {output["name"]: output["data"] for output in value["outputs"]}
        rows = [found["scores"][start : start + len(SCORED)] for start in range(0, len(found["scores"]), len(SCORED))]
        return [
            {"themes": themes.split(), "type": kind, "scores": dict(zip(SCORED, row, strict=True))}
            for themes, kind, row in zip(found["themes"], found["type"], rows, strict=True)
        ]


class BentoML(ModelServer):
    """The pipelines in a service of BentoML."""

    name = "BentoML"
    program = SERVERS / "bentoml"

    def command(self, folder: Path, port: int) -> list[str]:
        """Return the command that imports the service from here."""
        return [str(self.program), "serve", "service.bench.on_bentoml:Barchasb", "--host", HOST, "--port", str(port)]

    def environment(self) -> dict[str, str]:
        """Tell BentoML to tell nobody."""
        return {**super().environment(), "BENTOML_DO_NOT_TRACK": "true"}


class MLflow(ModelServer):
    """The pipelines as a model of MLflow."""

    name = "mlflow models serve"
    program = SERVERS / "mlflow"
    path = "/invocations"

    def command(self, folder: Path, port: int) -> list[str]:
        """Save the model; return the command that serves it."""
        saved = str(folder / "model")
        save = [str(SERVERS / "python"), "-m", "service.bench.on_mlflow", saved]
        done = subprocess.run(save, check=False, capture_output=True, text=True, cwd=_REPOSITORY)  # noqa: S603  # ours
        if done.returncode:
            raise BenchError(f"{save[0]}: the model was not saved:\n{done.stderr}")
        where = ("--host", HOST, "--port", str(port), "--workers", str(self.workers))
        return [str(self.program), "models", "serve", "--model-uri", saved, "--env-manager", "local", *where]

    def environment(self) -> dict[str, str]:
        """Tell MLflow to tell nobody."""
        return {**super().environment(), "MLFLOW_DISABLE_TELEMETRY": "true"}

    def body(self, sentences: Sequence[str]) -> dict[str, Any]:
        """Return a list under the name that MLflow wants."""
        return {"inputs": sentences}

    def tags(self, value: Any) -> list[Mapping[str, Any]]:
        """Return the predictions."""
        tags: list[Mapping[str, Any]] = value["predictions"]
        return tags


CONTENDERS: tuple[type[Contender], ...] = (Ours, Ceiling, Sync, Flask, MLServer, BentoML, MLflow)
"""Ours first: the others are told in units of it; the next two have no model."""
