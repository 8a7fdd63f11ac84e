"""How lies are told in a log: by hand, past the books of the node that tells them."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

from tests.support.oversight import (
    pad,
    publishing,
)
from tests.support.trio import TEMPLATE, Filed, Trio, introduce

from trilogue.encoding import base64, canonical
from trilogue.node.engine import Engine
from trilogue.protocol.bodies import (
    RelayBody,
    RelayItem,
)
from trilogue.reports.cite import Cite
from trilogue.reports.report import ReportBody
from trilogue.tlog.cosignature import cosign as cosign_lines

DIGEST = base64.encode(bytes(32))
"""Of nothing that there is."""
Shared = tuple[Trio, Filed, Cite]
"""A good record: KR granted a report to US and JP, and both gave receipts."""


def relay(*cites: Cite, recipient: str = "JP") -> RelayBody:
    """Return what the hub would say that it passed on."""
    items = tuple(RelayItem(statement=cite, pact="us-jp-2007") for cite in cites)
    return RelayBody(recipient=recipient, items=items, marks=())


def report_cite(trio: Trio, filed: Filed) -> Cite:
    """Return the cite of a report that was filed."""
    cite = trio[filed.speaker].books.cite(filed.speaker, filed.index)
    assert cite is not None
    return cite


def edit(**fields: object) -> Callable[[bytes], bytes]:
    """Return a leaf with other fields."""
    return lambda leaf: canonical.encode({**canonical.decode(leaf), **fields})


def flip(path: Path, old: bytes, new: bytes) -> None:
    """Put other bytes of the same length in the place of some."""
    data = path.read_bytes()
    assert data.count(old) == 1
    assert len(old) == len(new)
    path.write_bytes(data.replace(old, new))


def report_body() -> ReportBody:
    """Return a report of digests that stand for nothing."""
    return ReportBody(portions=tuple(base64.encode(bytes([n] * 32)) for n in range(4)))


def unheeded(engine: Engine, lie: Callable[[], object]) -> None:
    """Let a node say of the arrangement what its own books would refuse."""
    heed = engine.books.heed
    engine.books.heed = lambda _: None
    try:
        lie()
    finally:
        engine.books.heed = heed


def unadopted(base: Path, like: Trio) -> Trio:
    """Return a trio with keys and an arrangement that nobody adopted yet."""
    trio = Trio.open(base, like.clock)
    introduce(trio)
    return trio


def fork_by_hand(trio: Trio, who: str, tmp_path: Path) -> Path:
    """Return the public log of a second history of a participant, from now on."""
    shutil.copytree(trio.base / who, tmp_path / "fork", dirs_exist_ok=True)
    shutil.rmtree(tmp_path / "fork" / "public", ignore_errors=True)
    engine = Engine(tmp_path / "fork", who, TEMPLATE, trio.clock.of(who))
    pad(engine, 1)
    sign_by_hand(engine, trio["KR"])
    publishing(engine).publish()
    engine.close()
    return tmp_path / "fork" / "public"


def cosign_by_hand(trio: Trio, who: str, witness: str) -> None:
    """Have a witness cosign what no honest witness would."""
    sign_by_hand(trio[who], trio[witness])


def sign_by_hand(engine: Engine, witness: Engine) -> None:
    """Have a witness cosign the last checkpoint, whatever it has seen."""
    row = engine.db.q.last_checkpoint()
    lines = cosign_lines(row["note"], witness.keys.checkpoint, 1473381005)
    engine.db.q.add_cosignature(size=row["size"], witness=witness.me, lines=lines)
