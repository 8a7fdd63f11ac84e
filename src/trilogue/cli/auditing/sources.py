"""Sources: the arrangement and the logs of an audit, from locations."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import closing
from pathlib import Path

from trilogue.arrangement import text as texts
from trilogue.arrangement.arrangement import Arrangement
from trilogue.arrangement.files import RULES, SCHEMA, TEXT, arrangement_digest, root_file
from trilogue.arrangement.parse import parse_arrangement
from trilogue.cli.auditing.locations import Location, open_location
from trilogue.encoding import base64
from trilogue.errors import FormatError, InputError, NotFoundError
from trilogue.protocol.publiclog import ARRANGEMENT, CHECKPOINT, OPEN, PublicLog, bundles
from trilogue.tlog.checkpoint import UnverifiedCheckpoint, parse_checkpoint
from trilogue.tlog.tiles import tiles_for

__all__ = ["read_arrangement", "read_root", "to_logs"]


def read_root(given: str) -> tuple[str, bytes]:
    """Read a root as it is given, `KR=FILE`; raise `InputError` or `OSError`."""
    who, equals, path = given.partition("=")
    if not equals:
        raise InputError(f"not a root: {given!r}", hint="like KR=roots/KR.vkeys")
    return who, Path(path).read_bytes()


def read_arrangement(
    sources: Sequence[Location], given: str | None, roots: Mapping[str, bytes]
) -> Arrangement:
    """Return the arrangement at the location `given`, or the one that all sources show.

    The auditor's own `roots` stand in the place of any other. Raises `InputError` when the
    sources show several, and `NotFoundError` when one shows none.
    """
    if given is not None:
        with closing(open_location(given)) as place:
            files = _read_files(place, "")
    else:
        files = _read_shown(sources)
    return parse_arrangement(files | {root_file(who): data for who, data in roots.items()})


def to_logs(
    sources: Sequence[Location], arrangement: Arrangement, done: Callable[[int], None]
) -> dict[str, PublicLog]:
    """Return each participant's log; `done` is told of every file that is read.

    Of several sources of one log the largest speaks, and every other must agree with it. Raises
    `InputError` for a source that is no log of a participant.
    """
    found: dict[str, list[tuple[UnverifiedCheckpoint, Location]]] = {}
    origins = {arrangement.participant(who).log: who for who in arrangement.participants}
    for source in sources:
        try:
            checkpoint = parse_checkpoint(source.read(CHECKPOINT))
        except (NotFoundError, FormatError) as error:
            raise InputError(f"no public log in {source.name}: {error.message}") from error
        if checkpoint.origin not in origins:
            raise InputError(f"{source.name} is the log of {checkpoint.origin}, no participant's")
        found.setdefault(origins[checkpoint.origin], []).append((checkpoint, source))
    logs = {}
    for who, copies in found.items():
        copies.sort(key=lambda copy: copy[0].size, reverse=True)
        (checkpoint, source), *others = copies
        source.expect(_paths(checkpoint.size))
        notes = tuple(other.note.encode() for other, _ in others)
        logs[who] = PublicLog(_reader(source, checkpoint.note.encode(), done), notes)
    return logs


def _read_shown(sources: Sequence[Location]) -> dict[str, bytes]:
    """Return the one arrangement that all sources show."""
    shown = {source.name: _read_files(source, f"{ARRANGEMENT}/") for source in sources}
    digests = {name: base64.encode(arrangement_digest(files)) for name, files in shown.items()}
    if len(set(digests.values())) != 1:
        seen = ", ".join(f"{name} {digest}" for name, digest in digests.items())
        raise InputError(
            f"the logs show different arrangements: {seen}",
            hint="an amendment may be under way: give the one to audit by (--arrangement)",
        )
    return next(iter(shown.values()))


def _read_files(location: Location, prefix: str) -> dict[str, bytes]:
    """Return an arrangement's files as they are published; a root may be missing."""
    names = [TEXT, RULES, SCHEMA, *(f"vocabulary.{lang}.toml" for lang in texts.LANGUAGES)]
    try:
        files = {name: location.read(prefix + name) for name in names}
    except NotFoundError as error:
        raise NotFoundError(f"no arrangement in {location.name}: {error.message}") from error
    for participant in texts.decode(files[TEXT]).participants:
        name = root_file(participant.id)
        try:
            files[name] = location.read(prefix + name)
        except NotFoundError:
            continue  # the auditor may give it: the arrangement says what is missing
    return files


def _reader(
    source: Location, checkpoint: bytes, done: Callable[[int], None]
) -> Callable[[str], bytes]:
    """Return how the audit reads a source; the checkpoint stays the one that was read."""

    def fetch(path: str) -> bytes:
        done(1)
        return checkpoint if path == CHECKPOINT else source.read(path)

    return fetch


def _paths(size: int) -> Iterator[str]:
    """Go through the files of a log in the order in which the audit reads them."""
    yield OPEN
    yield from (bundle.path() for bundle in bundles(size))
    yield from (tile.path() for tile in tiles_for(size) if tile.level >= 0)
