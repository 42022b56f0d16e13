"""The production server: gunicorn with the model loaded once, before the workers fork.

Where another version comes in use, the master loads it, asks it a probe sentence, and forks new workers that share
it; the old ones finish what they have. So a process is of one version as long as it lives and no worker stops to load,
no answer is mixed, and the memory of a model is there once. A model that does not load or does not answer is refused,
logged and counted, and the old one goes on.
"""

import gc
import signal
import time
from dataclasses import asdict
from pathlib import Path
from typing import Any

from flask import Flask
from gunicorn.app.base import BaseApplication
from gunicorn.arbiter import Arbiter

from seeds.errors import BarchasbError
from service.app import create_app
from service.serving.balance import Balance
from service.serving.log import write_line
from service.serving.settings import Settings
from service.web.metrics import Metrics
from service.web.state import State
from training import store


class Master(Arbiter):  # type: ignore[misc]  # gunicorn ships no types
    """gunicorn's master, which also watches the version in use and says before the end that it comes."""

    def __init__(self, app: "Server") -> None:
        super().__init__(app)
        self._settings = app.settings
        self._state = app.state
        self._metrics = app.metrics
        self._models = Path(app.settings.models)
        self._refused: tuple[str, float, str] | None = None
        self._next_look = 0.0
        self._stop_at: float | None = None

    def wait_for_signals(self, timeout: float = 1.0) -> list[signal.Signals]:
        """Return the signals that came; look at the version in use, and at the time to stop, meanwhile."""
        now = time.monotonic()
        if self._stop_at is not None and now >= self._stop_at:
            raise StopIteration
        if self._settings.watch and now >= self._next_look and self._stop_at is None:
            self._next_look = now + self._settings.watch
            self._look()
        pause = self._settings.watch or timeout
        if self._stop_at is not None:
            pause = max(0.0, self._stop_at - now)
        signals: list[signal.Signals] = super().wait_for_signals(min(timeout, pause))
        return signals

    def handle_term(self) -> None:
        """Be ready no more, answer on for a while, then stop; requests in flight finish."""
        if self._stop_at is None:
            self._state.drain()
            self._stop_at = time.monotonic() + self._settings.drain_seconds

    def handle_hup(self) -> None:
        """Look at the version in use now."""
        self._refused = None
        self._look()

    def _look(self) -> None:
        tagger = self._state.tagger
        try:
            version = store.current(self._models)
            changed = (self._models / version / "manifest.json").stat().st_mtime
        except (BarchasbError, OSError) as error:
            self._refuse("", 0.0, error)
            return
        if (tagger is not None and tagger.version == version) or (
            self._refused and self._refused[:2] == (version, changed)
        ):
            return
        try:
            self._state.load(self._models)
        except Exception as error:  # noqa: BLE001  # whatever is wrong with a model, the old one goes on
            self._refuse(version, changed, error)
            return
        self._refused = None
        self._metrics.switched()
        write_line(event="model", version=version)
        gc.collect()
        gc.freeze()
        for _ in range(self.num_workers):
            self.spawn_worker()
        self.manage_workers()

    def _refuse(self, version: str, changed: float, error: Exception) -> None:
        """Keep the model there is; say why once for each thing that is wrong."""
        if self._refused != (version, changed, str(error)):
            self._refused = version, changed, str(error)
            self._metrics.refused()
            write_line(event="model refused", version=version, reason=str(error))


class Server(BaseApplication):  # type: ignore[misc]  # gunicorn ships no types
    """gunicorn with settings from the caller instead of a file."""

    def __init__(self, app: Flask, settings: Settings) -> None:
        self._app = app
        self.settings = settings
        self.state: State = app.extensions["state"]
        self.metrics: Metrics = app.extensions["metrics"]
        self.balance = Balance()
        super().__init__()

    def load_config(self) -> None:
        """Say to gunicorn what the settings mean to it."""
        settings = self.settings
        host = f"[{settings.host}]" if ":" in settings.host else settings.host
        options: dict[str, Any] = {
            "bind": f"{host}:{settings.port}",
            "workers": settings.processes,
            "worker_class": "service.serving.worker.WaitressWorker",
            "timeout": settings.answer_seconds,
            "graceful_timeout": settings.stop_seconds,
            "preload_app": True,
            "control_socket_disable": True,
            "logger_class": "service.serving.server_log.ServerLog",
        }
        for name, value in options.items():
            self.cfg.set(name, value)

    def load(self) -> Flask:
        """Return the application, which was made before the fork."""
        return self._app

    def run(self) -> None:
        """Serve until stopped."""
        Master(self).run()


def serve(settings: Settings) -> None:
    """Serve until stopped; requests in flight finish.

    Raises ModelError or ProbeError, before anything listens, where there is no sound model, and SettingsError for a
    setting that cannot be.
    """
    app = create_app({name.upper(): value for name, value in asdict(settings).items()})
    # What is there now is never looked at again by the collector, so its pages stay shared.
    gc.freeze()
    Server(app, settings).run()
