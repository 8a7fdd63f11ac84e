"""A restored node asks before it says anything; a backup is taken while the node runs."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
from tests.support.trio import TEMPLATE, Trio

from trilogue.errors import UnavailableError
from trilogue.node.archive import back_up, check, restore, vault_of
from trilogue.node.engine import Engine
from trilogue.node.inputs import IncidentInput
from trilogue.node.settings import Settings

LOSS = IncidentInput(nature="loss", certainty="possible", text="a copy is not accounted for")


@pytest.fixture
def us(trio: Trio) -> Engine:
    """The hub's engine, with settings like a node's."""
    engine = trio["US"]
    Settings(
        directory=engine.directory,
        participant="US",
        of="tisa-2014",
        listen="127.0.0.1:7102",
        api="127.0.0.1:7202",
    ).write()
    (engine.directory / "card.json").write_bytes(engine.governing.card())
    return engine


@pytest.fixture
def restored(trio: Trio, us: Engine, tmp_path: Path) -> Iterator[Engine]:
    """The hub's engine as it came back from a backup."""
    back_up(us, tmp_path / "us.tar")
    bring_back(trio, tmp_path / "us.tar", tmp_path / "again")
    engine = Engine(tmp_path / "again", "US", TEMPLATE, trio.clock.of("US"))
    yield engine
    engine.close()


def bring_back(trio: Trio, archive: Path, directory: Path) -> None:
    restore(archive, directory, clock=trio.clock.of("US"), vault=vault_of(archive))


def say(engine: Engine) -> None:
    engine.act(lambda: engine.desk.report_incident(LOSS))


def test_nothing_is_said_before_every_neighbour_was_heard(trio: Trio, restored: Engine) -> None:
    size = restored.db.q.size_of(speaker="US")
    assert set(restored.unasked) == {"KR", "JP"}
    with pytest.raises(UnavailableError, match="have not said yet"):
        say(restored)
    restored.heed_seen("KR", size)
    with pytest.raises(UnavailableError, match="JP has not said yet"):
        say(restored)
    assert restored.db.q.size_of(speaker="US") == size
    restored.heed_seen("JP", size)
    say(restored)
    assert restored.db.q.size_of(speaker="US") == size + 1


def test_who_was_heard_is_remembered(trio: Trio, restored: Engine) -> None:
    restored.heed_seen("KR", 0)
    again = Engine(restored.directory, "US", TEMPLATE, trio.clock.of("US"))
    assert again.unasked == ("JP",)
    with pytest.raises(UnavailableError):
        say(again)
    again.go_without("JP")
    assert again.unasked == ()
    say(again)
    again.close()


def test_one_neighbour_that_saw_more_is_enough_for_good(restored: Engine) -> None:
    size = restored.db.q.size_of(speaker="US")
    restored.heed_seen("KR", size)
    restored.heed_seen("JP", size + 1)
    assert restored.unasked == ("JP",)
    restored.go_without("JP")
    with pytest.raises(UnavailableError, match="older copy"):
        say(restored)


def test_keys_are_not_rotated_before_that_either(restored: Engine) -> None:
    with pytest.raises(UnavailableError, match="was restored"):
        restored.rotate()


def test_a_neighbour_says_what_it_heard_or_cosigned(trio: Trio) -> None:
    us = trio["US"]
    heard = us.receiving.seen_of("KR")
    assert (heard.speaker, heard.size) == ("KR", trio["KR"].db.q.size_of(speaker="KR"))
    origin = TEMPLATE.participant("KR").log
    us.act(lambda: us.db.q.set_cosigned(origin=origin, size=heard.size + 7, root=bytes(32)))
    assert us.receiving.seen_of("KR").size == heard.size + 7


def test_a_backup_that_is_taken_while_the_node_writes_holds(
    trio: Trio, us: Engine, tmp_path: Path
) -> None:
    stop = threading.Event()

    def write() -> None:
        while not stop.is_set():
            say(us)

    writer = threading.Thread(target=write)
    writer.start()
    try:
        beside = Engine(us.directory, "US", TEMPLATE, trio.clock.of("US"), reads_only=True)
        with closing(beside):
            sizes = []
            for number in range(3):
                archive = tmp_path / f"us-{number}.tar"
                back_up(beside, archive)
                sizes.append(check(archive, us.directory, clock=trio.clock.of("US")).size)
    finally:
        stop.set()
        writer.join()
    assert sizes == sorted(sizes)
    assert sizes[-1] <= us.db.q.size_of(speaker="US")
    assert {path.name for path in us.directory.glob("tmp*")} == set()


def test_an_engine_beside_the_node_writes_nothing(trio: Trio, us: Engine) -> None:
    beside = Engine(us.directory, "US", TEMPLATE, trio.clock.of("US"), reads_only=True)
    with closing(beside), pytest.raises(UnavailableError):
        say(beside)
    say(us)


def test_a_backup_taken_between_two_steps_of_a_destruction_brings_nothing_back(
    trio: Trio, us: Engine, tmp_path: Path
) -> None:
    grant = trio.grant(trio.file("KR", "at sea"))
    trio.settle()
    held = len(list(us.holdings.all()))
    beside = Engine(us.directory, "US", TEMPLATE, trio.clock.of("US"), reads_only=True)
    copy = us.db.backup

    def copy_and_withdraw(path: str) -> None:
        copy(path)
        trio.withdraw(grant)
        trio.settle()

    beside.db.backup = copy_and_withdraw  # type: ignore[method-assign]
    with closing(beside):
        back_up(beside, tmp_path / "us.tar")
    bring_back(trio, tmp_path / "us.tar", tmp_path / "again")
    again = Engine(tmp_path / "again", "US", TEMPLATE, trio.clock.of("US"))
    assert held > len(list(again.holdings.all())) == len(list(us.holdings.all()))
    again.close()
