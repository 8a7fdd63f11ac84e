"""A witness's answers, in the order of c2sp.org/tlog-witness §add-checkpoint."""

from __future__ import annotations

import pytest

from trilogue.encoding import base64
from trilogue.errors import FormatError
from trilogue.signing.keys import SecretKey
from trilogue.signing.note import format_signature, parse_note
from trilogue.tlog.checkpoint import Checkpoint, sign_checkpoint
from trilogue.tlog.cosignature import verify_cosignatures
from trilogue.tlog.tree import MemoryHashes, consistency_proof, leaf_hash, root
from trilogue.tlog.witness import (
    AddCheckpoint,
    WitnessAnswer,
    answer,
    format_add_checkpoint,
    parse_add_checkpoint,
    refuse,
)

KR = SecretKey.from_seeds("example.org/kr", b"\x01" * 32, b"\x02" * 32)
US = SecretKey.from_seeds("example.org/us", b"\x03" * 32, b"\x04" * 32)
PUBLICS = {"example.org/kr": KR.public}
HASHES = MemoryHashes(leaf_hash(bytes([i])) for i in range(40))
FORKED = MemoryHashes(leaf_hash(bytes([i + 1])) for i in range(40))


def checkpoint(size: int, hashes: MemoryHashes = HASHES) -> Checkpoint:
    return Checkpoint("example.org/kr", size, root(size, hashes))


def request(
    old: int,
    new: int,
    *,
    hashes: MemoryHashes = HASHES,
    proof: list[bytes] | None = None,
    secret: SecretKey = KR,
) -> AddCheckpoint:
    note = sign_checkpoint(
        Checkpoint(secret.name, new, root(new, hashes)), secret, timestamp=1795413600
    )
    if proof is None:
        proof = consistency_proof(old, new, hashes) if old <= new else []
    return parse_add_checkpoint(format_add_checkpoint(old, proof, note))


def ask(made: AddCheckpoint, size: int | None) -> WitnessAnswer:
    latest = None if size is None else (size, root(size, HASHES))
    return answer(made, latest, PUBLICS, US, timestamp=1795413601)


@pytest.mark.parametrize(("latest", "new"), [(None, 1), (None, 7), (None, 0), (7, 33), (32, 33)])
def test_cosigns_a_log_that_grew(latest: int | None, new: int):
    given = ask(request(latest or 0, new), latest)
    assert (given.status, given.new_latest) == (200, (new, root(new, HASHES)))
    assert not given.forked
    assert verify_cosignatures(checkpoint(new), given.body, [US.public]) == {
        "example.org/us": 1795413601
    }


def test_cosigns_the_same_checkpoint_again():
    assert ask(request(7, 7), 7).status == 200


def test_200_appends_to_the_note():
    made = request(7, 33)
    note = parse_note(made.note + ask(made, 7).body)
    assert [s.name for s in note.signatures] == ["example.org/kr"] * 2 + ["example.org/us"] * 2


def test_404_for_a_log_that_it_does_not_know():
    given = ask(request(0, 7, secret=US), None)
    assert (given.status, given.new_latest) == (404, None)


def test_403_when_a_signature_does_not_verify():
    stranger = SecretKey.generate("example.org/kr")
    given = ask(request(7, 33, secret=stranger), 7)
    assert (given.status, given.new_latest) == (403, None)


@pytest.mark.parametrize("kept", [0, 1])
def test_403_when_only_one_key_of_the_log_signed(kept: int):
    line = format_signature(parse_note(request(7, 33).note).signatures[kept])
    body = format_add_checkpoint(7, [], f"{checkpoint(33).text()}\n{line}")
    assert ask(parse_add_checkpoint(body), 7).status == 403


def test_400_when_the_old_size_is_above_the_new():
    given = ask(request(33, 7), 33)
    assert (given.status, given.new_latest) == (400, None)


@pytest.mark.parametrize(("old", "latest"), [(0, 7), (6, 7), (8, 7), (7, None)])
def test_409_with_the_size_when_the_old_size_is_not_the_latest(old: int, latest: int | None):
    given = ask(request(old, 33), latest)
    assert given.status == 409
    assert given.content_type == "text/x.tlog.size"
    assert given.body == f"{latest or 0}\n"
    assert given.new_latest is None
    assert not given.forked


@pytest.mark.threat("T14")
def test_409_and_evidence_when_a_log_signs_two_roots_of_one_size():
    given = ask(request(7, 7, hashes=FORKED), 7)
    assert (given.status, given.body, given.forked) == (409, "7\n", True)
    assert given.new_latest is None


@pytest.mark.parametrize(
    "proof",
    [[], consistency_proof(7, 33, FORKED), consistency_proof(6, 33, HASHES), [bytes(32)] * 63],
    ids=["empty", "of another tree", "from another size", "too long"],
)
def test_422_when_the_proof_does_not_verify(proof: list[bytes]):
    given = ask(request(7, 33, proof=proof), 7)
    assert (given.status, given.new_latest) == (422, None)


@pytest.mark.threat("T14")
def test_422_when_a_fork_is_behind_the_proof():
    assert ask(request(7, 33, hashes=FORKED), 7).status == 422


@pytest.mark.parametrize(("old", "new"), [(0, 7), (7, 7)])
def test_422_when_a_proof_stands_where_none_may(old: int, new: int):
    assert ask(request(old, new, proof=[bytes(32)]), old or None).status == 422


def test_known_logs_are_asked_before_signatures_and_sizes():
    given = ask(request(33, 7, secret=US), 7)
    assert given.status == 404
    given = ask(request(33, 7, secret=SecretKey.generate("example.org/kr")), 7)
    assert given.status == 403


NOTE = request(0, 7).note
HASH = base64.encode(bytes(32))


@pytest.mark.parametrize(
    "body",
    [
        pytest.param("", id="nothing"),
        pytest.param(NOTE, id="a checkpoint alone"),
        pytest.param(f"old 0\n{NOTE}", id="no blank line"),
        pytest.param("old 0\n\n", id="no checkpoint"),
        pytest.param(f"old 00\n\n{NOTE}", id="leading zero"),
        pytest.param(f"old -1\n\n{NOTE}", id="negative"),
        pytest.param(f"old  1\n\n{NOTE}", id="two spaces"),
        pytest.param(f"old 1_0\n\n{NOTE}", id="underscore"),
        pytest.param(f"Old 0\n\n{NOTE}", id="capital"),
        pytest.param(f"old 0\r\n\r\n{NOTE}", id="carriage returns"),
        pytest.param(f"\nold 0\n\n{NOTE}", id="a line before"),
        pytest.param(f"old 0\n{HASH[:-1]}\n\n{NOTE}", id="hash unpadded"),
        pytest.param(f"old 0\n{base64.encode(bytes(31))}\n\n{NOTE}", id="hash short"),
        pytest.param(f"old 0\n{HASH} \n\n{NOTE}", id="space after hash"),
        pytest.param(f"old 0\n{HASH}\n" * 1 + f"{HASH}\n" * 63 + f"\n{NOTE}", id="64 hashes"),
        pytest.param(b"old 0\n\xff\n\n" + NOTE.encode(), id="not UTF-8"),
    ],
)
def test_400_when_the_request_cannot_be_read(body: str | bytes):
    with pytest.raises(FormatError) as caught:
        parse_add_checkpoint(body)
    given = refuse(caught.value)
    assert (given.status, given.new_latest) == (400, None)


def test_a_request_reads_back():
    proof = consistency_proof(7, 33, HASHES)
    made = request(7, 33)
    assert (made.old_size, list(made.proof)) == (7, proof)
    body = format_add_checkpoint(7, proof, made.note)
    assert parse_add_checkpoint(body.encode()) == made
