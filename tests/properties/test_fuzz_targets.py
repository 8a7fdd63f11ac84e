"""Every fuzz target over its seeds, what runs of the fuzzer found, and mutations of both.

The fuzzer itself needs atheris and time (`make fuzz`); here each target is tried in seconds, so
that what was found once does not come back. See `fuzz`.
"""

from __future__ import annotations

import binascii
import tracemalloc
from collections.abc import Callable, Iterator
from functools import cache

import msgspec
import pytest
from fuzz import signed
from fuzz.run import _names
from fuzz.seeds import SEEDS, seeds_of
from fuzz.target import CORPUS, corpus_of, targets
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.strategies import mutations

from trilogue.encoding import base64, canonical
from trilogue.errors import FormatError
from trilogue.protocol.delivery import parse_delivery

TARGETS = targets()
MOST_MEMORY = 64 << 20
"""Bytes that a parser may have taken beside what its input comes to, times `FOLD`."""
FOLD = 200


@cache
def inputs(name: str) -> tuple[bytes, ...]:
    """Return the seeds of a target and what was found for it."""
    return (*seeds_of(name), *(data for _, data in corpus_of(name)))


def test_every_target_has_seeds_and_a_room_of_its_own() -> None:
    assert sorted(SEEDS) == sorted(TARGETS)
    assert {path.name for path in CORPUS.iterdir()} <= set(TARGETS)
    assert len(TARGETS) >= 45


@pytest.mark.threat("T23")
@pytest.mark.parametrize("name", TARGETS)
def test_a_target_holds_over_its_corpus(name: str) -> None:
    for data in inputs(name):
        TARGETS[name].run(data)


@pytest.mark.parametrize("name", TARGETS)
def test_a_seed_comes_through(name: str) -> None:
    """Otherwise nothing behind the first check would ever be tried."""
    function: Callable[[bytes], None] = TARGETS[name].run.__wrapped__  # type: ignore[attr-defined]
    came_through = 0
    for data in seeds_of(name):
        try:
            function(data)
        except TARGETS[name].declared:
            continue
        came_through += 1
    assert came_through


@pytest.mark.threat("T23")
@pytest.mark.parametrize("name", TARGETS)
@settings(max_examples=60, suppress_health_check=list(HealthCheck), deadline=None)
@given(data=st.data())
def test_a_target_holds_over_mutations(name: str, data: st.DataObject) -> None:
    TARGETS[name].run(data.draw(mutations(inputs(name))))


REPEATED = (b"[", b'{"a":', b"9", b"\n", b" ", b"A", b"\xff", b"<a>", b"\0", b"((", b"!", b"a.")
NESTED = ((b"[", b"1", b"]"), (b'{"a":', b"1", b"}"), (b"<a>", b"", b"</a>"), (b"(", b"1", b")"))


def long_ones() -> Iterator[bytes]:
    """Go through long runs and deep nests, some of them behind what lets a reader begin."""
    yield b""
    for before in (b"", b"\0", b"x=", b'{"a":'):
        for piece in REPEATED:
            yield before + piece * (20_000 // len(piece))
        for opening, inside, closing in NESTED:
            for depth in (100, 300, 480, 700, 1000):
                yield before + opening * depth + inside + closing * depth


@pytest.mark.threat("T17")
@pytest.mark.parametrize("name", TARGETS)
def test_what_a_parser_takes_is_bounded_by_its_input(name: str) -> None:
    """What is long or deep is read or refused, and memory stays near its size."""
    for data in long_ones():
        tracemalloc.start()
        try:
            TARGETS[name].run(data)
            _, peak = tracemalloc.get_traced_memory()
        finally:
            tracemalloc.stop()
        assert peak < MOST_MEMORY + FOLD * len(data), data[:20]


# A target that cannot fail is worth nothing: a parser is spoilt, and its target notices.


def test_a_reader_that_takes_two_spellings_is_noticed(monkeypatch: pytest.MonkeyPatch) -> None:
    def lenient(text: str, size: int | None = None) -> bytes:
        return binascii.a2b_base64(text)

    monkeypatch.setattr(base64, "decode", lenient)
    with pytest.raises(AssertionError):
        TARGETS["base64_text"].run(b"QR==")


def test_an_error_of_another_class_is_noticed(monkeypatch: pytest.MonkeyPatch) -> None:
    def careless(data: bytes, type: object = None) -> object:  # noqa: A002
        raise KeyError("v")

    monkeypatch.setattr(canonical, "decode", careless)
    with pytest.raises(KeyError):
        TARGETS["leaf"].run(b"{}")


def test_a_key_that_stands_twice_is_noticed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(canonical, "loads", msgspec.json.decode)
    with pytest.raises(AssertionError, match="twice"):
        TARGETS["loose_json"].run(b'{"a":1,"a":2}')


def test_a_note_that_nobody_signed_is_noticed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(signed, "verify_text", lambda _public, note: note.decode().split("\n\n")[0])
    with pytest.raises(AssertionError):
        TARGETS["note"].run(signed.signed_note().replace("in force", "at ends", 1).encode())


def test_a_statement_that_nobody_said_is_noticed(monkeypatch: pytest.MonkeyPatch) -> None:
    """Inclusion is not checked, and a byte of a statement changed on its way."""
    (sent, *_) = seeds_of("received")
    read = parse_delivery(sent)
    voices = []
    for voice in read.voices:
        said = tuple(
            msgspec.structs.replace(one, raw=_other_salt(one.raw)) for one in voice.statements
        )
        voices.append(msgspec.structs.replace(voice, statements=said))
    altered = canonical.encode(msgspec.structs.replace(read, voices=tuple(voices)))
    TARGETS["received"].run(altered)
    monkeypatch.setattr("trilogue.protocol.voice.Inclusions.verify", lambda *_: None)
    with pytest.raises(AssertionError):
        TARGETS["received"].run(altered)


def _other_salt(raw: bytes) -> bytes:
    return canonical.encode({**canonical.decode(raw, dict), "salt": "A" * 43 + "="})


def test_the_runner_names_targets_that_there_are() -> None:
    assert _names(["note"]) == ["note"]
    with pytest.raises(SystemExit, match="no target 'nothing'"):
        _names(["nothing"])
    assert issubclass(FormatError, TARGETS["note"].declared)
