"""Pages of the report: templates beside this file, filled in."""

from pathlib import Path
from typing import Any

import numpy as np
from jinja2 import Environment, FileSystemLoader, StrictUndefined


def render(template: str, **values: Any) -> str:
    """Return a template filled in; text is escaped, a value that is missing is an error."""
    return _ENVIRONMENT.get_template(template).render(**values)


def _figure(value: float) -> str:
    return "–" if np.isnan(value) else f"{value:.3f}"


_ENVIRONMENT = Environment(
    loader=FileSystemLoader(Path(__file__).parent),
    autoescape=True,
    undefined=StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
)
_ENVIRONMENT.filters["figure"] = _figure
