"""The production server: gunicorn with the application loaded once, before the workers fork."""

import os
from typing import Any

from flask import Flask
from gunicorn.app.base import BaseApplication

from service.app import create_app
from service.tagger import Tagger

HOST = "127.0.0.1"
PORT = 8000
# A body of the largest size with the worst of contents takes half of this on a slow core.
_TIMEOUT_SECONDS = 60


class Server(BaseApplication):  # type: ignore[misc]  # gunicorn ships no types
    """gunicorn with settings from the caller instead of a file."""

    def __init__(self, app: Flask, options: dict[str, Any]) -> None:
        self._app = app
        self._options = options
        super().__init__()

    def load_config(self) -> None:
        """Set the options that the caller gave."""
        for name, value in self._options.items():
            self.cfg.set(name, value)

    def load(self) -> Flask:
        """Return the application, which was made before the fork."""
        return self._app


def serve(host: str = HOST, port: int = PORT) -> None:
    """Serve until stopped; requests in flight finish.

    Raises ModelError, before anything listens, where there is no sound model.
    """
    tagger = Tagger.load()
    # hazm and the table of words are warm in every worker because they are so before the fork.
    tagger.tag_document("این جمله مدل را آماده می‌کند.")
    Server(
        create_app(tagger=tagger),
        {
            "bind": f"{host}:{port}",
            "workers": os.process_cpu_count() or 1,
            "timeout": _TIMEOUT_SECONDS,
            "preload_app": True,
            "control_socket_disable": True,
        },
    ).run()
