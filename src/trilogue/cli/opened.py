"""Opening a node's own directory: to work on it, alone, or to look into it beside the node."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from trilogue.node.engine import Engine
    from trilogue.node.settings import Settings

__all__ = ["DIRECTORY", "looked_into", "opened"]

DIRECTORY = click.Path(file_okay=False, path_type=Path)
"""A node's directory, as an argument."""


@contextmanager
def opened(directory: Path) -> Iterator[tuple[Engine, Settings]]:
    """Open the engine of a node that is not running.

    Raises `NotFoundError` where there is no node and `UnavailableError` where one runs.
    """
    from trilogue.node.lock import NodeLock
    from trilogue.node.service import open_engine
    from trilogue.node.settings import Settings

    Settings.read(directory)  # before the lock, which would leave its file in any directory
    with NodeLock(directory):
        engine, settings = open_engine(directory)
        with closing(engine):
            yield engine, settings


@contextmanager
def looked_into(directory: Path) -> Iterator[Engine]:
    """Open the engine of a node to read from it, whether the node runs or not.

    Raises `NotFoundError` where there is no node.
    """
    from trilogue.node.service import open_engine

    engine, _ = open_engine(directory, reads_only=True)
    with closing(engine):
        yield engine
