"""Reading what people hand to a command in files, and digests that they cut short."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

import click

if TYPE_CHECKING:
    from trilogue.client import Client
    from trilogue.node.inputs import SourceInput

__all__ = ["JSON_FILE", "complete", "read_input"]

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


def complete(client: Client, source: SourceInput) -> SourceInput:
    """Return a portion under its whole digest: what a person typed may be its beginning.

    Raises `NotFoundError`, and `InputError` when several portions begin so.
    """
    import msgspec

    from trilogue.cli.telling import name_place
    from trilogue.errors import InputError, NotFoundError

    if len(source.portion) >= _DIGEST_LENGTH:
        return source
    held = {one.portion for one in client.report(source.report).portions}
    found = sorted(digest for digest in held if digest.startswith(source.portion))
    if not found:
        raise NotFoundError(
            f"no portion of {name_place(source.report)} that is known here begins with"
            f" {source.portion!r}",
            hint=f"`trilogue report show {name_place(source.report)}` lists them",
        )
    if len(found) > 1:
        raise InputError(
            f"{len(found)} portions of {name_place(source.report)} begin with {source.portion!r}",
            hint="give more of the digest",
        )
    return msgspec.structs.replace(source, portion=found[0])
