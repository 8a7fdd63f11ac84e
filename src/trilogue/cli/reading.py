"""Reading what people hand to a command in files, and digests that they cut short."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

import click

if TYPE_CHECKING:
    from trilogue.client import Client
    from trilogue.node.inputs import SourceInput

__all__ = ["JSON_FILE", "complete", "complete_all", "read_input", "read_text"]

T = TypeVar("T")

JSON_FILE = click.Path(exists=True, dir_okay=False, allow_dash=True, path_type=Path)
"""A file with JSON, or `-` for standard input."""

_DIGEST_LENGTH = 44
"""Characters of a digest in base64."""


def read_input(path: Path, shape: type[T]) -> T:
    """Read a JSON file as one of `trilogue.node.inputs`. Raises `InputError`, which says where."""
    import msgspec

    from trilogue.encoding import canonical
    from trilogue.errors import FormatError, InputError

    with click.open_file(str(path), "rb") as file:
        data = file.read()
    try:
        return msgspec.convert(canonical.loads(data), shape, strict=True)
    except (FormatError, msgspec.ValidationError) as error:
        raise InputError(f"{path}: {getattr(error, 'message', error)}") from error


def read_text(path: Path) -> str:
    """Return the text of a file. Raises `InputError` when it is not UTF-8."""
    from trilogue.errors import InputError

    with click.open_file(str(path), "rb") as file:
        data: bytes = file.read()
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError as error:
        raise InputError(f"{path} is not UTF-8 at byte {error.start}") from error


def complete(client: Client, source: SourceInput) -> SourceInput:
    """Return a portion under its whole digest: what a person typed may be its beginning.

    Nothing typed is the only portion that may be read. Raises `NotFoundError`, and `InputError`
    when several portions begin so.
    """
    import msgspec

    from trilogue.cli.telling import name_place
    from trilogue.errors import InputError, NotFoundError

    if len(source.portion) >= _DIGEST_LENGTH:
        return source
    where = name_place(source.report)
    found = [one for one in _known(client, source) if one.startswith(source.portion)]
    if not found:
        raise NotFoundError(
            f"no portion of {where} that may be read here begins with {source.portion!r}"
            if source.portion
            else f"nothing of {where} may be read here",
            hint=f"`trilogue report show {where}` lists what is known",
        )
    if len(found) > 1:
        raise InputError(
            f"{len(found)} portions of {where} begin with {source.portion!r}",
            hint=f"give more of the digest; `trilogue report show {where}` lists them",
        )
    return msgspec.structs.replace(source, portion=found[0])


def complete_all(client: Client, source: SourceInput) -> list[SourceInput]:
    """Return every portion that a person named: one by its digest, or without one the report's.

    Raises like `complete`.
    """
    import msgspec

    known = [] if source.portion else _known(client, source)
    if not known:
        return [complete(client, source)]
    return [msgspec.structs.replace(source, portion=one) for one in known]


def _known(client: Client, source: SourceInput) -> list[str]:
    """Return the digests of a report's portions that may be read, in the order listed."""
    portions = client.report(source.report).portions
    return list(dict.fromkeys(one.portion for one in portions if one.state in ("own", "live")))
