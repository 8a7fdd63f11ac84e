"""The files of an arrangement, and the digest that every participant signs.

An arrangement is a set of named files:

    arrangement.toml            who, what, how long
    rules.cedar                 the rules
    schema.cedarschema          the facts that a rule may look at
    vocabulary.{en,ko,ja}.toml  the words
    roots/<ID>.vkeys            a participant's root public key: two lines, one verifier key each

The digest is

    SHA-256("trilogue/v1/arrangement\\n" || canonical JSON {name: base64(SHA-256(content)), …})

so that a change of any byte of any file, a file more or a file less is another arrangement.

>>> arrangement_digest({"rules.cedar": b""}).hex()[:16]
'5c225c673ce017b6'
"""

from __future__ import annotations

import re
from importlib import resources
from typing import TYPE_CHECKING

from trilogue.encoding import base64, canonical
from trilogue.encoding.digest import Domain, commit, sha256
from trilogue.errors import InputError, NotFoundError

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from importlib.resources.abc import Traversable

    Files = dict[str, bytes]

__all__ = ["RULES", "SCHEMA", "TEXT", "arrangement_digest", "draw_up", "root_file", "shipped"]

TEXT = "arrangement.toml"
RULES = "rules.cedar"
SCHEMA = "schema.cedarschema"

_DELAY = re.compile(rb"^delay_seconds = \d+$", re.MULTILINE)


def root_file(participant: str) -> str:
    """Return the name of the file that holds a participant's root public key."""
    return f"roots/{participant}.vkeys"


def arrangement_digest(files: Mapping[str, bytes]) -> bytes:
    """Return the digest of an arrangement, 32 bytes, over the exact bytes of every file."""
    digests = {name: base64.encode(sha256(data)) for name, data in files.items()}
    return commit(Domain.ARRANGEMENT, canonical.encode(digests))


def shipped(name: str) -> Files:
    """Return the files of an arrangement that comes with the package, such as `tisa-2014`.

    It has no roots yet: `draw_up` adds them. Raises `NotFoundError`.
    """
    shelf = resources.files("trilogue") / "arrangements"
    names = sorted(e.name for e in shelf.iterdir() if e.is_dir() and e.name[0] not in "._")
    if name not in names:
        raise NotFoundError(f"no arrangement is shipped as {name!r}", hint=f"there is {names}")
    return dict(_walk(shelf / name, ""))


def draw_up(
    files: Mapping[str, bytes],
    roots: Mapping[str, Sequence[str]],
    *,
    publication_delay: int | None = None,
) -> Files:
    """Return the files with each participant's root public key and, if asked, another delay.

    `roots` maps each participant to the two verifier keys of its root
    (`trilogue.signing.keys.PublicKey.vkeys`). `publication_delay`, in seconds, replaces the line
    `delay_seconds = …` of `arrangement.toml`, so that the choice stands in the signed bytes.
    Raises `InputError`.
    """
    drawn = dict(files)
    for participant, vkeys in roots.items():
        drawn[root_file(participant)] = "".join(f"{vkey}\n" for vkey in vkeys).encode("ascii")
    if publication_delay is not None:
        if publication_delay < 0:
            raise InputError(f"a delay of {publication_delay} seconds", hint="0 is no delay")
        line = b"delay_seconds = %d" % publication_delay
        drawn[TEXT], count = _DELAY.subn(line, drawn[TEXT])
        if count != 1:
            raise InputError(f"{TEXT} states delay_seconds {count} times where once is meant")
    return drawn


def _walk(folder: Traversable, prefix: str) -> list[tuple[str, bytes]]:
    """Return name and content of every file below a folder, by name."""
    found: list[tuple[str, bytes]] = []
    for entry in sorted(folder.iterdir(), key=lambda entry: entry.name):
        if entry.is_dir():
            found += _walk(entry, f"{prefix}{entry.name}/")
        else:
            found.append((prefix + entry.name, entry.read_bytes()))
    return found
