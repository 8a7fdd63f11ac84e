"""Publishing: which checkpoint is due, which files stand, and in what order they are written."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.support.oversight import HOUR, cosign, pad, public, publish, publishing, reader
from tests.support.trio import OFFICERS, PARTICIPANTS, TEMPLATE, Clock, Trio

from trilogue.arrangement.files import TEXT, draw_up, shipped
from trilogue.errors import UnavailableError
from trilogue.node import publishing as module
from trilogue.node.engine import Engine
from trilogue.node.publishing import plan
from trilogue.protocol.publiclog import CHECKPOINT, OPEN, parse_open
from trilogue.protocol.statement import OPEN_KINDS
from trilogue.signing.keys import SecretKey
from trilogue.tlog.checkpoint import parse_checkpoint
from trilogue.tlog.cosignature import verify_cosignatures
from trilogue.tlog.tiles import ENTRIES, WIDTH, Tile, TileReader, decode_bundle, tiles_for
from trilogue.tlog.tree import leaf_hash, root


def files(folder: Path) -> dict[str, bytes]:
    return {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in folder.rglob("*")
        if path.is_file()
    }


def size(folder: Path) -> int:
    return parse_checkpoint((folder / CHECKPOINT).read_bytes()).size


# The plan.


@given(st.integers(0, 3000), st.integers(0, 3000))
@settings(max_examples=200)
def test_a_plan_over_two_steps_writes_what_one_step_does(a: int, b: int):
    """Full tiles are written once; what stands at the end is the tree of the end."""
    middle, end = sorted((a, b))
    first, second = plan(0, middle), plan(middle, end)
    standing = {tile.path() for tile in (*first.tiles, *second.tiles)}
    standing = {p for p in standing if not any(p.startswith(f"{e}/") for e in second.ended)}
    assert {tile.path() for tile in tiles_for(end)} <= standing
    assert not {t for t in first.tiles if t.width == WIDTH} & set(second.tiles)


def test_a_plan_grows_with_what_is_new_and_not_with_the_log():
    assert len(plan(10**9, 10**9 + 1).tiles) <= 2
    assert plan(10**9, 10**9).tiles == ()


def test_partial_tiles_end_when_the_full_one_stands():
    assert plan(0, WIDTH).ended == ("tile/entries/000.p", "tile/0/000.p")
    assert plan(0, WIDTH - 1).ended == ()


# What is due.


def test_nothing_is_published_before_there_is_an_arrangement(tmp_path: Path):
    engine = Engine(tmp_path, "KR", TEMPLATE, Clock().of("KR"))
    engine.initialise(OFFICERS)
    assert publishing(engine).publish() == 0
    assert not (engine.directory / "public").exists()
    engine.close()


def test_nothing_is_published_without_its_cosignatures(trio: Trio):
    """The arrangement asks for one neighbour's."""
    assert publishing(trio["KR"]).publish() == 0
    cosign(trio)
    assert publishing(trio["KR"]).publish() == 2


def test_the_published_note_carries_every_cosignature(trio: Trio):
    publish(trio)
    found = parse_checkpoint((public(trio, "US") / CHECKPOINT).read_bytes())
    lines = found.note.rpartition("\n\n")[2]
    publics = [trio[who].keys.checkpoint.public for who in ("KR", "JP")]
    cosigned = verify_cosignatures(found.checkpoint, lines, publics)
    assert set(cosigned) == {public.name for public in publics}


def test_a_cosignature_that_comes_later_is_added(trio: Trio):
    engine = trio["US"]
    row = engine.db.q.last_checkpoint()
    cosign(trio)
    lines = {r["witness"]: r["lines"] for r in engine.db.q.cosignatures_at(size=row["size"])}
    engine.db._connection.execute("DELETE FROM cosignature WHERE witness = 'JP'")
    turn = publishing(engine)
    turn.publish()
    before = (public(trio, "US") / CHECKPOINT).read_text("utf-8")
    engine.db.q.add_cosignature(size=row["size"], witness="JP", lines=lines["JP"])
    assert turn.publish() == row["size"]
    after = (public(trio, "US") / CHECKPOINT).read_text("utf-8")
    assert lines["JP"] not in before
    assert lines["JP"] in after


@pytest.mark.threat("T01")
def test_the_delay_of_the_arrangement_passes_first(tmp_path: Path):
    """What is younger than the delay is in no file, not in a tile either."""
    clock = Clock()
    engine = _delayed(tmp_path, clock, HOUR)
    turn = publishing(engine)
    folder = engine.directory / "public"
    assert turn.publish() == 0
    assert not folder.exists()
    clock.advance(HOUR)
    assert turn.publish() == 1
    pad(engine, 5)
    engine.act(engine.governing.adopt)
    assert turn.publish() == 1
    assert len(decode_bundle(files(folder)["tile/entries/000.p/1"], 1)) == 1
    assert "tile/entries/000.p/7" not in files(folder)
    assert [one.index for one in parse_open((folder / OPEN).read_bytes())] == [0]
    clock.advance(HOUR)
    assert turn.publish() == 7
    engine.close()


def _delayed(folder: Path, clock: Clock, delay: int) -> Engine:
    """Return a new engine under an arrangement that asks for a delay and no cosignatures."""
    engine = Engine(folder, "KR", TEMPLATE, clock.of("KR"))
    engine.initialise(OFFICERS)
    roots = {who: SecretKey.generate(f"{who.lower()}/root").public.vkeys() for who in PARTICIPANTS}
    roots["KR"] = engine.keystore.root().public.vkeys()
    given = draw_up(shipped("tisa-2014"), roots, publication_delay=delay)
    given[TEXT] = given[TEXT].replace(b"cosignatures = 1", b"cosignatures = 0")
    engine.act(lambda: engine.governing.take_arrangement(given))
    return engine


# What stands.


def test_the_tree_can_be_read_back_from_the_files(trio: Trio):
    engine = trio["KR"]
    pad(engine, 700)
    folder = publish(trio)["KR"]
    found = parse_checkpoint((folder / CHECKPOINT).read_bytes())
    assert found.size == 702
    assert root(702, TileReader(reader(folder), 702)) == found.root
    entries = [
        entry
        for tile in tiles_for(702)
        if tile.level == ENTRIES
        for entry in decode_bundle((folder / tile.path()).read_bytes(), tile.width)
    ]
    assert [leaf_hash(entry) for entry in entries] == engine.sequencer.hashes.read_many(
        [(0, index) for index in range(702)]
    )


def test_open_holds_the_very_bytes_of_each_open_statement(trio: Trio):
    trio.file("KR")
    folder = publish(trio)["KR"]
    shown = list(parse_open((folder / OPEN).read_bytes()))
    assert [one.index for one in shown] == [0, 1]
    for one in shown:
        row = trio["KR"].db.q.statement_at(speaker="KR", idx=one.index)
        assert one.raw == row["raw"]
        assert one.statement.kind in OPEN_KINDS


def test_the_arrangement_stands_beside_the_log(trio: Trio):
    shown = files(publish(trio)["JP"] / "arrangement")
    assert set(shown) >= {"arrangement.toml", "rules.cedar", "roots/KR.vkeys", "roots/JP.vkeys"}


@pytest.mark.threat("T01")
def test_no_secret_is_among_the_files(trio: Trio):
    """Whatever is published is a leaf, a hash, an open statement or the arrangement."""
    trio.grant(trio.file("KR", "the very words"))
    trio.settle()
    for folder in publish(trio).values():
        everything = b"".join(files(folder).values())
        assert b"the very words" not in everything
        for secret in folder.parent.glob("keys/**/*.json"):
            for value in secret.read_text().split('"'):
                assert len(value) < 40 or value.encode() not in everything


# Turns.


def test_every_turn_leaves_what_one_turn_would(trio: Trio, tmp_path: Path):
    engine = trio["KR"]
    turn = publishing(engine)
    for count in (1, 3, 250, 1, 1, 300, 7):
        pad(engine, count)
        cosign(trio)
        assert turn.publish() == engine.db.q.size_of(speaker="KR")
    engine.directory.joinpath("public").rename(tmp_path / "grown")
    publishing(engine).publish()
    assert files(tmp_path / "grown").items() >= files(public(trio, "KR")).items()


def test_a_turn_with_nothing_new_writes_nothing(trio: Trio, monkeypatch: pytest.MonkeyPatch):
    cosign(trio)
    turn = publishing(trio["KR"])
    turn.publish()
    written: list[Path] = []
    monkeypatch.setattr(Path, "replace", lambda self, target: written.append(target))
    turn.publish()
    assert written == []


def test_a_turn_writes_only_what_is_new(trio: Trio, monkeypatch: pytest.MonkeyPatch):
    engine = trio["KR"]
    pad(engine, 1000)
    cosign(trio)
    turn = publishing(engine)
    turn.publish()
    written: list[str] = []
    real = Path.replace

    def replace(self: Path, target: Path) -> Path:
        written.append(target.relative_to(engine.directory / "public").as_posix())
        return real(self, target)

    monkeypatch.setattr(Path, "replace", replace)
    pad(engine, 1)
    cosign(trio)
    turn.publish()
    assert written == ["tile/entries/003.p/235", "tile/0/003.p/235", "checkpoint"]


def test_partial_tiles_do_not_pile_up(trio: Trio):
    engine = trio["KR"]
    turn = publishing(engine)
    for _ in range(6):
        pad(engine, 50)
        cosign(trio)
        turn.publish()
    partial = [path for path in files(public(trio, "KR")) if ".p/" in path]
    assert not [path for path in partial if path.startswith(("tile/entries/000", "tile/0/000"))]


def test_much_is_published_over_several_turns(trio: Trio, monkeypatch: pytest.MonkeyPatch):
    """No checkpoint stands before all of its tree does."""
    monkeypatch.setattr(module, "MOST_LEAVES", WIDTH)
    engine = trio["KR"]
    cosign(trio)
    turn = publishing(engine)
    assert turn.publish() == 2
    pad(engine, 600)
    cosign(trio)
    assert [turn.publish() for _ in range(3)] == [2, 2, 602]
    folder = public(trio, "KR")
    assert (
        root(602, TileReader(reader(folder), 602))
        == parse_checkpoint((folder / CHECKPOINT).read_bytes()).root
    )


def test_another_process_goes_on_where_the_last_one_stopped(trio: Trio):
    engine = trio["KR"]
    publish(trio)
    pad(engine, 10)
    cosign(trio)
    again = publishing(engine)
    assert again._size == 2
    assert again.publish() == 12


def test_a_folder_that_is_not_of_this_log_is_written_anew(trio: Trio):
    folders = publish(trio)
    (folders["KR"] / CHECKPOINT).write_bytes((folders["JP"] / CHECKPOINT).read_bytes())
    assert publishing(trio["KR"])._size == 0
    (folders["KR"] / CHECKPOINT).write_bytes(b"\xff")
    turn = publishing(trio["KR"])
    assert turn._size == 0
    assert turn.publish() == 2
    assert size(folders["KR"]) == 2


@pytest.mark.parametrize("after", [0, 1, 2, 4, 5, 6, 10, 15])
def test_a_full_disk_anywhere_leaves_a_log_that_reads(
    trio: Trio, monkeypatch: pytest.MonkeyPatch, after: int
):
    """The checkpoint comes last: what stands under it is whole, at every moment."""
    engine, folder = trio["KR"], public(trio, "KR")
    publish(trio)
    pad(engine, 300)
    cosign(trio)
    real, left = Path.replace, [after]

    def replace(self: Path, target: Path) -> Path:
        if left[0] == 0:
            raise OSError("no space left on device")
        left[0] -= 1
        return real(self, target)

    monkeypatch.setattr(Path, "replace", replace)
    with pytest.raises(UnavailableError, match="no space left"):
        publishing(engine).publish()
    monkeypatch.undo()
    found = parse_checkpoint((folder / CHECKPOINT).read_bytes())
    assert found.size == 2
    assert root(found.size, TileReader(_fallback(folder), found.size)) == found.root
    assert publishing(engine).publish() == 302
    assert size(folder) == 302


def _fallback(folder: Path):
    """Read as tlog-tiles says: the full tile when a partial one is gone."""

    def fetch(path: str) -> bytes:
        partial = folder / path
        return (partial if partial.exists() else folder / path.partition(".p/")[0]).read_bytes()

    return fetch


def test_every_file_is_whole_under_its_name(trio: Trio):
    """Nothing half-written is left beside."""
    for folder in publish(trio).values():
        assert not [path for path in files(folder) if path.endswith(".new")]
        for tile in tiles_for(size(folder)):
            assert (folder / tile.path()).stat().st_size > 0
    assert Tile(0, 0, 2).path() in files(public(trio, "KR"))
