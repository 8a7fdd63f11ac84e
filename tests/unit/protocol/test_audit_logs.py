"""The audit of the logs themselves: keys, checkpoints, trees, and what an audit needs."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.support.lies import Shared, cosign_by_hand, edit, flip, fork_by_hand
from tests.support.oversight import (
    HOUR,
    audited,
    judged,
    pad,
    publish,
    reader,
    refuted,
    say,
    texts,
    unsettled,
)
from tests.support.trio import PARTICIPANTS, TEMPLATE, Trio

from trilogue.encoding import base64
from trilogue.errors import InputError, PeerError
from trilogue.protocol.audit import audit
from trilogue.protocol.bodies import (
    PaddingBody,
)
from trilogue.protocol.publiclog import CHECKPOINT, OPEN, PublicLog, open_line, parse_open
from trilogue.signing.keys import SecretKey
from trilogue.tlog.checkpoint import Checkpoint, sign_checkpoint

# One log: keys, checkpoints, trees.


def test_a_root_that_did_not_sign_the_keys(shared: Shared):
    """Somebody took over the node: it has new keys, and no root that the arrangement pins."""
    trio, _, _ = shared
    (trio.base / "KR" / "keys" / "root.json").unlink()
    trio["KR"].rotate()
    cosign_by_hand(trio, "KR", "US")
    report = audited(trio)
    assert {"KR/keys", "KR/checkpoint"} <= refuted(report)
    assert report.claim("KR/tree").verdict == "unproven"
    assert report.claim("relays").verdict == "unproven"
    assert report.claim("relays").rests_on == ("KR",)
    assert report.exit_code == 1


def test_a_checkpoint_by_keys_that_were_replaced(trio: Trio):
    old = trio["KR"].keys
    trio["KR"].rotate()
    trio["KR"].sequencer.commit([lambda: trio["KR"].sequencer.log("padding", PaddingBody())], old)
    cosign_by_hand(trio, "KR", "US")
    assert "KR/checkpoint" in refuted(audited(trio))


def test_a_checkpoint_from_the_future(trio: Trio):
    at = trio.clock.now
    trio.clock.advance(HOUR)
    pad(trio["KR"], 1)
    assert "which has not come yet" in " ".join(texts(audited(trio, at), "KR/checkpoint"))


def test_a_changed_leaf(shared: Shared):
    trio, _, _ = shared
    folders = publish(trio)
    flip(folders["KR"] / "tile/entries/000.p/4", b'"kind":"grant"', b'"kind":"grAnt"')
    report = judged(trio, folders)
    assert "KR/tree" in refuted(report)
    assert "KR/leaves" in refuted(report)
    assert texts(report, "KR/tree") == [
        "KR checkpoint the 4 entries have another root than was signed",
        "KR tile/0/000.p/4 its hashes are not those of the entries",
    ]


def test_a_changed_commitment(shared: Shared):
    """The leaf still reads; it is another one."""
    trio, _, _ = shared
    folders = publish(trio)
    flip(folders["JP"] / "tile/entries/000.p/3", b'"for":["KR"]', b'"for":["US"]')
    assert {"JP/tree", "addresses"} & refuted(judged(trio, folders)) == {"JP/tree"}


def test_a_tile_that_disagrees(shared: Shared):
    trio, _, _ = shared
    pad(trio["US"], 300)
    folders = publish(trio)
    tile = folders["US"] / "tile/0/000"
    tile.write_bytes(bytes(32) + tile.read_bytes()[32:])
    report = judged(trio, folders)
    assert refuted(report) == {"US/tree"}
    assert texts(report, "US/tree") == ["US tile/0/000 its hashes are not those of the entries"]


@pytest.mark.parametrize("path", ["tile/entries/000.p/4", "tile/0/000.p/4", OPEN])
def test_a_file_that_is_missing(shared: Shared, path: str):
    trio, _, _ = shared
    folders = publish(trio)
    (folders["KR"] / path).unlink()
    report = judged(trio, folders)
    assert f"{path} is not published" in " ".join(
        one.text for c in report.claims for one in c.evidence
    )
    assert report.exit_code == 1


def test_a_leaf_that_nobody_may_write(trio: Trio):
    """It is signed for, and yet no leaf."""
    say(trio["KR"], "padding", PaddingBody(), forge=edit(hour="2016-09-09T25Z"))
    say(trio["KR"], "padding", PaddingBody(), forge=lambda _: b"{}")
    say(trio["KR"], "padding", PaddingBody(), forge=edit(to=["US", "US"], **{"for": ["US"]}))
    report = audited(trio)
    assert refuted(report) == {"KR/leaves"}
    assert [one.partition(" ")[2][:1] for one in texts(report, "KR/leaves")] == ["2", "3", "4"]


def test_an_open_statement_that_is_held_back(trio: Trio):
    folders = publish(trio)
    first, _ = parse_open((folders["JP"] / OPEN).read_bytes())
    (folders["JP"] / OPEN).write_bytes(open_line(first.index, first.raw))
    report = judged(trio, folders)
    assert texts(report, "JP/open") == ["JP 1 its adoption is held back"]


def test_an_open_statement_that_is_another(trio: Trio):
    folders = publish(trio)
    flip(folders["JP"] / OPEN, b'"supersedes":null', b'"supersedes":"ab"')
    report = judged(trio, folders)
    assert texts(report, "JP/open") == ["JP 1 the log holds another adoption than is shown open"]
    assert "JP has not adopted the arrangement" in unsettled(report, "adoptions")


def test_a_statement_is_shown_that_is_nobodys_to_see(shared: Shared):
    trio, filed, _ = shared
    folders = publish(trio)
    raw = trio["KR"].db.q.statement_at(speaker="KR", idx=filed.index)["raw"]
    with (folders["KR"] / OPEN).open("ab") as file:
        file.write(open_line(filed.index, raw))
    assert "which is nobody's to see" in texts(judged(trio, folders), "KR/open")[0]


def test_what_is_shown_open_ahead_of_the_checkpoint_waits(trio: Trio):
    """A node writes its open statements before the checkpoint that covers them."""
    folders = publish(trio)
    before = (folders["KR"] / CHECKPOINT).read_bytes()
    trio["KR"].rotate()
    publish(trio)
    (folders["KR"] / CHECKPOINT).write_bytes(before)
    assert judged(trio, folders).holds


@pytest.mark.threat("T14")
def test_a_forked_log(trio: Trio, tmp_path: Path):
    """US keeps two logs, both well signed and cosigned by a neighbour that was fooled."""
    folders, fork = publish(trio), fork_by_hand(trio, "US", tmp_path)
    pad(trio["US"], 1)
    publish(trio)
    earlier = {who: (folder / CHECKPOINT).read_bytes() for who, folder in folders.items()}
    both = judged(trio, {**folders, "US": fork})
    assert both.holds, "each of the two alone is a good log"
    report = judged(trio, {**folders, "US": fork}, earlier=earlier)
    assert refuted(report) == {"US/one-log"}
    assert "the log forked" in texts(report, "US/one-log")[0]
    logs = {who: PublicLog(reader(folder)) for who, folder in folders.items()}
    logs["US"] = PublicLog(reader(folders["US"]), ((fork / CHECKPOINT).read_bytes(),))
    report = audit(logs, trio.arrangement, trio.clock.now)
    assert refuted(report) == {"US/one-log"}


def test_a_fork_below_the_present_size(trio: Trio, tmp_path: Path):
    fork = fork_by_hand(trio, "US", tmp_path)
    pad(trio["US"], 3)
    folders = publish(trio)
    report = judged(trio, folders, earlier={"US": (fork / CHECKPOINT).read_bytes()})
    assert "a previous audit saw other 5 first entries than these" in texts(report, "US/one-log")[0]


def test_a_log_that_goes_back(trio: Trio):
    folders = publish(trio)
    before = (folders["KR"] / CHECKPOINT).read_bytes()
    pad(trio["KR"], 3)
    publish(trio)
    earlier = {"KR": (folders["KR"] / CHECKPOINT).read_bytes()}
    (folders["KR"] / CHECKPOINT).write_bytes(before)
    report = judged(trio, folders, earlier=earlier)
    assert texts(report, "KR/one-log") == ["KR a previous audit saw 5 entries, and now there are 2"]


def test_an_earlier_checkpoint_of_the_same_log(trio: Trio):
    folders = publish(trio)
    earlier = {who: (folder / CHECKPOINT).read_bytes() for who, folder in folders.items()}
    pad(trio["KR"], 300)
    assert audited(trio, earlier=earlier).holds


def test_a_checkpoint_elsewhere_that_is_not_its(trio: Trio):
    folders = publish(trio)
    forged = SecretKey.generate("kr.tisa-2014.trilogue")
    note = sign_checkpoint(Checkpoint(forged.name, 2, bytes(32)), forged, 1473381000)
    logs = {who: PublicLog(reader(folder)) for who, folder in folders.items()}
    logs["KR"] = PublicLog(reader(folders["KR"]), (note.encode(),))
    report = audit(logs, trio.arrangement, trio.clock.now)
    assert "another source shows a checkpoint that is not its" in texts(report, "KR/one-log")[0]


def test_a_missing_cosignature(trio: Trio):
    folders = publish(trio)
    note = (folders["KR"] / CHECKPOINT).read_text("utf-8")
    lines = note.splitlines(keepends=True)
    (folders["KR"] / CHECKPOINT).write_text("".join(lines[:-1]), "utf-8")
    report = judged(trio, folders)
    assert texts(report, "KR/cosignatures") == [
        "KR 0 neighbours cosigned its checkpoint, where 1 must"
    ]
    assert report.logs["KR"].proven


def test_a_cosignature_that_is_none(trio: Trio):
    folders = publish(trio)
    path = folders["KR"] / CHECKPOINT
    *lines, last = path.read_text("utf-8").splitlines()
    name, _, value = last.rpartition(" ")
    data = bytearray(base64.decode(value))
    data[-1] ^= 1
    path.write_text("\n".join([*lines, f"{name} {base64.encode(bytes(data))}", ""]), "utf-8")
    assert (
        "shows a cosignature of US that is none"
        in texts(judged(trio, folders), "KR/cosignatures")[0]
    )


# What an audit needs.


def test_all_logs_are_needed(trio: Trio):
    folders = publish(trio)
    logs = {who: PublicLog(reader(folders[who])) for who in ("KR", "US")}
    with pytest.raises(InputError, match="needs the logs of KR, US, JP"):
        audit(logs, trio.arrangement, trio.clock.now)


def test_the_log_of_somebody_else(trio: Trio):
    folders = publish(trio)
    with pytest.raises(PeerError, match=r"KR's log is kr\.tisa-2014\.trilogue"):
        judged(trio, {**folders, "KR": folders["JP"]})


def test_an_arrangement_without_roots(trio: Trio):
    folders = publish(trio)
    logs = {who: PublicLog(reader(folders[who])) for who in PARTICIPANTS}
    with pytest.raises(InputError, match="root"):
        audit(logs, TEMPLATE, trio.clock.now)


@pytest.mark.threat("T31")
@settings(max_examples=150, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.data())
def test_no_byte_of_a_log_can_be_changed(
    published: tuple[Trio, dict[str, Path]], data: st.DataObject
):
    """Whatever is changed in what KR publishes is found, or makes it no log at all."""
    trio, folders = published
    files = sorted(
        p for p in folders["KR"].rglob("*") if p.is_file() and "arrangement" not in p.parts
    )
    path = data.draw(st.sampled_from(files))
    original = path.read_bytes()
    place = data.draw(st.integers(0, len(original) - 1))
    changed = bytearray(original)
    changed[place] ^= data.draw(st.integers(1, 255))
    path.write_bytes(bytes(changed))
    try:
        assert judged(trio, folders).exit_code == 1
    except PeerError:
        assert path.name == CHECKPOINT
    finally:
        path.write_bytes(original)
