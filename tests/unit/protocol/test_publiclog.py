"""The public log's own format: the lines of `open`, bundles, and tiles that are gone."""

from __future__ import annotations

import pytest
from tests.support.trio import Trio

from trilogue.errors import FormatError, NotFoundError
from trilogue.protocol.publiclog import PublicLog, bundles, open_line, parse_open
from trilogue.tlog.tiles import ENTRIES, WIDTH, Tile, encode_bundle


@pytest.fixture
def lines(trio: Trio) -> list[bytes]:
    rows = trio["KR"].db.q.open_statements(speaker="KR", size=100)
    return [open_line(row["idx"], row["raw"]) for row in rows]


def fetching(files: dict[str, bytes]) -> PublicLog:
    def fetch(path: str) -> bytes:
        if path not in files:
            raise NotFoundError(f"{path} is not published")
        return files[path]

    return PublicLog(fetch)


def test_open_reads_back(lines: list[bytes]):
    shown = list(parse_open(b"".join(lines)))
    assert [open_line(one.index, one.raw) for one in shown] == lines
    assert [one.statement.kind for one in shown] == ["keys", "adoption"]
    assert list(parse_open(b"")) == []


@pytest.mark.parametrize(
    "spoil",
    [
        lambda a, b: a + b[:-1],
        lambda a, b: b + a,
        lambda a, b: a + a,
        lambda a, b: a + b.replace(b'{"index":1', b'{"index":2'),
        lambda a, b: a + b.replace(b'{"index":1', b'{"index":true'),
        lambda a, b: a + b.replace(b'{"index":1', b'{"index": 1'),
        lambda a, b: a + b.replace(b'{"index"', b'{"entry"'),
        lambda a, b: a + b'{"index":1}\n',
        lambda a, b: a + b'{"index":1,"statement":{}}\n',
        lambda a, b: a + b"\n" + b,
        lambda a, b: a + b"\xff\n",
    ],
    ids=[
        "cut",
        "not ascending",
        "twice",
        "of another index",
        "an index that is no number",
        "another spelling",
        "another name",
        "no statement",
        "an empty statement",
        "an empty line",
        "no text",
    ],
)
def test_open_is_read_strictly(lines: list[bytes], spoil):
    with pytest.raises(FormatError):
        list(parse_open(spoil(*lines)))


def test_bundles_are_named_lazily():
    """The size of a log that nobody has read is only a claim."""
    assert next(iter(bundles(2**62))) == Tile(ENTRIES, 0)
    assert [tile.width for tile in bundles(2 * WIDTH + 1)] == [WIDTH, WIDTH, 1]
    assert list(bundles(0)) == []


def test_a_full_tile_stands_for_a_partial_one_that_is_gone():
    entries = [bytes([n]) * 3 for n in range(WIDTH)]
    log = fetching({"tile/entries/000": encode_bundle(entries), "tile/0/000": bytes(WIDTH * 32)})
    assert log.entries(Tile(ENTRIES, 0, 7)) == entries[:7]
    assert len(log.tile(Tile(0, 0, 7))) == WIDTH * 32
    with pytest.raises(NotFoundError, match=r"tile/entries/001\.p/7 is not published"):
        log.entries(Tile(ENTRIES, 1, 7))
    with pytest.raises(NotFoundError, match=r"tile/0/001 is not published"):
        log.tile(Tile(0, 1))


def test_a_partial_bundle_has_its_width():
    log = fetching({"tile/entries/000.p/2": encode_bundle([b"a", b"b", b"c"])})
    with pytest.raises(FormatError):
        log.entries(Tile(ENTRIES, 0, 2))
