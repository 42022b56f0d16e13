"""What the server says of itself, in the form of the log."""

import logging
from typing import Any

from gunicorn.glogging import Logger

from service.serving.log import write_line


class _Lines(logging.Handler):
    def emit(self, record: logging.LogRecord) -> None:
        """Write what gunicorn says, with the traceback if there is one."""
        values: dict[str, object] = {"level": record.levelname.lower(), "event": record.getMessage()}
        if record.exc_info:
            values["traceback"] = logging.Formatter().formatException(record.exc_info)
        write_line(pid=record.process, **values)


class ServerLog(Logger):  # type: ignore[misc]  # gunicorn ships no types
    """What gunicorn and waitress say, in the same form; each request's line is `service.web.requests_log`'s."""

    def setup(self, cfg: Any) -> None:
        """Send the messages to standard error as JSON."""
        super().setup(cfg)
        self.error_log.handlers = [_Lines()]
        logging.getLogger("waitress").handlers = self.error_log.handlers
