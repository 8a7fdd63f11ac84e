"""A batch that is told again is what three nodes would have written, and they go on from it."""

from __future__ import annotations

from pathlib import Path

from benchmarks.growth.again import Again
from benchmarks.growth.stores import pass_on
from tests.support.rules import standing
from tests.support.trio import OFFICERS, PARTICIPANTS, Trio

from trilogue.node.inputs import StandingInput
from trilogue.node.verifying import verify

TOGETHER = 8
TABLES = {
    "statement": "speaker, idx, kind, size IS NULL, proof IS NULL, position",
    "tree_hash": "level, idx, length(hash)",
    "checkpoint": "size, length(root), length(note)",
    "seen": "speaker, size, old, length(root), note IS NULL",
    "holding": "slot, report_speaker, report_idx, grant_speaker, grant_idx, length(wrapped), state,"
    " expires, equivalent",
    "ciphertext": "report_speaker, report_idx, length(data)",
    "cited": "to_speaker, to_idx, kind, speaker, idx",
    "life": "what, speaker, idx, participant, state",
    "outbox": "*",
    "box": "*",
    "ended": "*",
}
"""What of each table does not rest on chance."""


def shape(trio: Trio) -> dict[tuple[str, str], list[tuple[object, ...]]]:
    return {
        (who, table): sorted(
            tuple(row.values())
            for row in trio[who].db._connection.execute(f"SELECT {columns} FROM {table}")
        )
        for who in PARTICIPANTS
        for table, columns in TABLES.items()
    }


def test_told_again_it_has_the_shape_of_what_the_engines_write(tmp_path: Path):
    told, real = (Trio.copy(tmp_path / name) for name in ("told", "real"))
    rule = StandingInput(rule=standing())
    for trio in (told, real):
        trio.act("KR", lambda engine: engine.desk.stand(rule, OFFICERS))
        trio.settle()
        pass_on(trio, TOGETHER)
    again = Again(told, lambda: pass_on(told, TOGETHER))
    again.tell(5)
    for _ in range(6):
        pass_on(real, TOGETHER)
    assert shape(told) == shape(real)

    # It is no less sound than what they write, and they go on from it.
    pass_on(told, TOGETHER)
    assert {engine.me: verify(engine).differences for engine in told} == {
        who: {"cited": 0, "ended": 0, "life": 0} for who in PARTICIPANTS
    }
    told.restart("US")
    pass_on(told, TOGETHER)
    assert not told.faults()
    told.close()
    real.close()
