"""What a fuzz target is, and the list of them."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import wraps
from importlib import import_module
from pathlib import Path

__all__ = ["CORPUS", "ROOMS", "Target", "corpus_of", "target", "targets"]

CORPUS = Path(__file__).parent / "corpus"
"""What earlier runs found, a folder for each target."""

ROOMS = (
    "encoded",
    "signed",
    "hands",
    "named",
    "logged",
    "said",
    "sealed",
    "written",
    "asked",
    "kept",
)
"""The modules that hold targets."""

_found: dict[str, Target] = {}


@dataclass(frozen=True)
class Target:
    """One parser under test. `run` returns, or raises what must not be raised."""

    name: str
    room: str
    run: Callable[[bytes], None]
    declared: tuple[type[Exception], ...]


def target(*declared: type[Exception]) -> Callable[[Callable[[bytes], None]], Callable[..., None]]:
    """Make a function a target, which may raise the `declared` errors and no others."""

    def register(function: Callable[[bytes], None]) -> Callable[[bytes], None]:
        @wraps(function)
        def run(data: bytes) -> None:
            try:
                function(data)
            except declared:
                return

        room = function.__module__.rpartition(".")[2]
        _found[function.__name__] = Target(function.__name__, room, run, declared)
        return run

    return register


def targets() -> dict[str, Target]:
    """Return every target by its name."""
    for room in ROOMS:
        import_module(f"fuzz.{room}")
    return dict(sorted(_found.items()))


def corpus_of(name: str) -> Iterator[tuple[str, bytes]]:
    """Go through what earlier runs found for a target: file name and content."""
    folder = CORPUS / name
    for path in sorted(folder.iterdir()) if folder.is_dir() else ():
        yield path.name, path.read_bytes()
