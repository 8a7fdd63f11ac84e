"""What real nodes log at the lowest level while they share, refuse, fail and are killed."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress

import msgspec
import pytest
from tests.support.processes import Node, Nodes

from trilogue.encoding import canonical
from trilogue.errors import TrilogueError
from trilogue.node.settings import LogSettings

pytestmark = pytest.mark.processes

MARK = "SEA-OTTER-7719"


def _secrets(node: Node) -> Iterator[str]:
    """Go through everything in a node's directory that opens or signs something."""
    for path in (node.directory / "tokens").iterdir():
        yield path.read_text("ascii").strip()
    for path in (node.directory / "keys").rglob("*.json"):
        seeds = canonical.loads(path.read_bytes())
        yield from (seeds["ed25519"], seeds["mldsa44"])
    for path in (node.directory / "keys").rglob("sealing.bin"):
        yield path.read_bytes().hex()
    for path in (node.directory / "keys").rglob("tls.pem"):
        yield path.read_text("ascii").splitlines()[1]
    vault = (node.directory / "vault.bin").read_bytes()
    slots = (vault[start : start + 32] for start in range(0, len(vault), 32))
    yield from (key.hex() for key in slots if any(key))


@pytest.mark.parametrize("form", ["text", "json"])
def test_no_node_logs_content_or_secrets(nodes: Nodes, form: str) -> None:
    for node in nodes:
        log = LogSettings(format=form, level="debug")  # type: ignore[arg-type]
        msgspec.structs.replace(node.settings, log=log).write()
        node.quiet = ()
    nodes.start()
    kr, us, jp = nodes["KR"], nodes["US"], nodes["JP"]
    what = kr.submit(MARK, f"{MARK} and more")
    grant = kr.grant(what)
    nodes.settle()
    assert jp.read(what) == MARK
    with suppress(TrilogueError):
        kr.submit(MARK, subject=f"{MARK} subject")
    with suppress(TrilogueError):
        jp.read(what, purpose=MARK)
    us.kill()
    kr.submit(f"{MARK} while the hub is away")
    us.start()
    kr.withdraw(grant)
    nodes.settle()
    kr.limit_files(0)
    with suppress(TrilogueError):
        kr.submit(f"{MARK} on a full disk")
    kr.limit_files(None)
    nodes.stop()
    for node in nodes:
        told = node.stderr
        assert "acts said" in told  # it did log at the lowest level
        for secret in (MARK, *_secrets(node)):
            assert secret not in told
        if form == "json":
            for line in told.splitlines():
                assert msgspec.json.decode(line)["level"]
