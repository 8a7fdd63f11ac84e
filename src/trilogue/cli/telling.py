"""Saying in a line what a node answered."""

from __future__ import annotations

from typing import TYPE_CHECKING

from trilogue.cli.out import print_json, print_lines

if TYPE_CHECKING:
    from trilogue.node.answers import Gone, Logged
    from trilogue.node.inputs import Place, SourceInput

__all__ = ["name_place", "name_portion", "short", "standing", "tell_logged"]


def name_place(place: Place | None) -> str:
    """Return a place as people write it; nothing for none."""
    return "" if place is None else f"{place.speaker}/{place.index}"


def name_portion(source: SourceInput) -> str:
    """Return a portion as people write it."""
    return f"{name_place(source.report)}:{source.portion}"


def short(digest: str) -> str:
    """Return the beginning of a digest: enough to tell portions apart, and to name one."""
    return digest[:12]


def standing(gone: tuple[Gone, ...]) -> str:
    """Say whether what was derived stands as it was filed, and else what of its sources is gone."""
    if not gone:
        return "as filed"
    return "no longer: " + ", ".join(f"{name_place(one.source.report)} {one.why}" for one in gone)


def tell_logged(done: Logged, *, as_json: bool) -> None:
    """Print that a statement stands in the log, and where."""
    if as_json:
        print_json(done)
        return
    print_lines(f"{name_place(done.statement)}  {done.kind}, logged at {done.issued}")
