"""What is compared with something from outside is compared in constant time, everywhere.

The rule is one of names: a digest, a commitment, a root or a hash is never compared by `==` or
`!=` but by `trilogue.encoding.digest.same`. Texts that are published anyway stand in `PUBLIC`.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

import trilogue
from trilogue.encoding.digest import same, sha256

HOME = Path(trilogue.__file__).parent
ROOMS = (
    "encoding",
    "signing",
    "sealing",
    "tlog",
    "marking",
    "arrangement",
    "reports",
    "consent",
    "protocol",
    "store",
    "node",
    "api",
    "client",
)
NAMES = {
    *("digest", "digests", "commitment", "hash", "hashed", "leaf", "leaf_hash", "computed"),
    *("root", "roots", "root_hash", "old_root", "new_root", "old_computed", "new_computed"),
    *("token", "mac", "tag", "secret", "key", "password", "seed", "salt", "known"),
}
"""How things are called that may be compared so only."""
MAKERS = {"commit", "sha256", "leaf_hash", "node_hash", "hexdigest", "root", "digest"}
"""What gives such things."""
PUBLIC = {
    "arrangement/adoption.py: stand.adoptions[-1].digest == act.digest",
    "arrangement/force.py: one != digest",
    "arrangement/force.py: governs != digest",
    "arrangement/force.py: a.digest == digest",
    "node/governing.py: arrangement.root(self._books.me) != self._keystore.root().public",
    "node/holdings.py: other['ciphertext'] == digest",
    "node/publishing.py: digest == self._arrangement",
    "node/publishing.py: row['digest'] == digest",
    "node/verifying.py: leaf_of(statement, row['raw']) == row['leaf']",
    "protocol/audit/record.py: entry.hash == cite.leaf",
    "protocol/audit/reading.py: leaf != entry.hash",
    "protocol/audit/reading.py: shown[:len(computed)] != computed",
    "protocol/audit/standing.py: digest != version.digest_text",
    "protocol/audit/standing.py: adoption.digest == self._arrangement.digest_text",
    "protocol/audit/standing.py: now != digest",
    "tlog/tree.py: self._proven.get((place, node, last)) == (computed, rest)",
}
"""Digests of arrangements and leaves, tiles, and root public keys: all of them are published. And
hashes of a proof beside those that the same voice brought before; and two rows of one store."""


def compared(source: str) -> Iterator[str]:
    """Go through the comparisons of a module that the rule is about, as they are written."""
    for node in ast.walk(ast.parse(source)):
        if not isinstance(node, ast.Compare):
            continue
        operands = [node.left, *node.comparators]
        equal = any(isinstance(operator, ast.Eq | ast.NotEq) for operator in node.ops)
        constant = any(isinstance(one, ast.Constant) for one in operands)
        if equal and not constant and any(map(_secretive, operands)):
            yield ast.unparse(node)


def _secretive(operand: ast.expr) -> bool:
    match operand:
        case ast.Call(func=ast.Name(id=name) | ast.Attribute(attr=name)):
            if name == "encode":
                return any(map(_secretive, operand.args))
            return name in MAKERS
        case ast.Name(id=name) | ast.Attribute(attr=name):
            return name in NAMES
        case ast.Subscript(slice=ast.Constant(value=str(name))):
            return name in NAMES
        case ast.Tuple(elts=elements):
            return any(map(_secretive, elements))
    return False


@pytest.mark.threat("T24")
def test_digests_are_compared_in_one_way() -> None:
    found = {
        f"{path.relative_to(HOME).as_posix()}: {what}"
        for room in ROOMS
        for path in sorted((HOME / room).rglob("*.py"))
        for what in compared(path.read_text("utf-8"))
    }
    assert found - PUBLIC == set()
    assert PUBLIC - found == set(), "what is excepted is there"


@pytest.mark.parametrize(
    "source",
    [
        "computed != root_hash",
        "base64.encode(commit(d, x)) == header.commitment",
        "(size, root) != (other.size, other.root)",
        "row['hash'] == sha256(token)",
        "a == b or unverified.digest != digest",
    ],
)
def test_the_rule_sees(source: str) -> None:
    assert list(compared(source))


@pytest.mark.parametrize("source", ["same(a, b)", "digest is None", "len(root) != 32", "x == y"])
def test_the_rule_passes_over(source: str) -> None:
    assert not list(compared(source))


@pytest.mark.threat("T24")
def test_it_is_hmacs_comparison(monkeypatch: pytest.MonkeyPatch) -> None:
    asked = []

    def compare(one: bytes, other: bytes) -> bool:
        asked.append((one, other))
        return one == other

    monkeypatch.setattr("hmac.compare_digest", compare)
    one, other = sha256(b"a"), sha256(b"b")
    assert (same(one, one), same(one, other)) == (True, False)
    assert asked == [(one, one), (one, other)]
