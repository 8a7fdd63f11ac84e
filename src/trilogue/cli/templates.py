"""Templates of the pages that commands write: strict, escaping, and named by their folder."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from importlib import resources
from typing import Any

from jinja2 import Environment, FunctionLoader, StrictUndefined

__all__ = ["environment"]


def environment(filters: Mapping[str, Callable[..., Any]]) -> Environment:
    """Return the templates below this folder, `demo/page.html.j2` among them, with filters."""
    made = Environment(
        loader=FunctionLoader(_text),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    made.filters.update(filters)
    return made


def _text(name: str) -> str:
    return (resources.files("trilogue") / "cli" / name).read_text("utf-8")
