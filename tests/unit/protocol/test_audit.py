"""The audit: what each lie refutes. Every bad log is really said and signed by its liar."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from msgspec.structs import replace
from tests.support.oversight import (
    DAY,
    HOUR,
    audited,
    bring,
    judged,
    pad,
    publish,
    publishing,
    reader,
    refuted,
    say,
)
from tests.support.trio import PARTICIPANTS, TEMPLATE, Filed, Trio, introduce

from trilogue.consent.acts import GrantBody, RefusalBody, WithdrawalBody
from trilogue.encoding import base64, canonical
from trilogue.errors import InputError, PeerError
from trilogue.node.engine import Engine
from trilogue.protocol.audit import AuditReport, audit
from trilogue.protocol.bodies import (
    AdoptionBody,
    DestructionBody,
    PaddingBody,
    ReceiptBody,
    ReceiptItem,
    RelayBody,
    RelayItem,
    StandBody,
)
from trilogue.protocol.publiclog import CHECKPOINT, OPEN, PublicLog, open_line, parse_open
from trilogue.reports.cite import Cite
from trilogue.reports.report import ReportBody
from trilogue.signing.keys import SecretKey
from trilogue.tlog.checkpoint import Checkpoint, sign_checkpoint
from trilogue.tlog.cosignature import cosign as cosign_lines

DIGEST = base64.encode(bytes(32))


@pytest.fixture
def shared(trio: Trio) -> tuple[Trio, Filed, Cite]:
    """A trio in which KR granted a report to US and JP, and both gave receipts."""
    trio.clock.advance(2 * HOUR)
    filed = trio.file("KR")
    grant = trio.grant(filed)
    trio.settle()
    return trio, filed, grant


Shared = tuple[Trio, Filed, Cite]


def relay(*cites: Cite, recipient: str = "JP") -> RelayBody:
    items = tuple(RelayItem(statement=cite, pact="us-jp-2007") for cite in cites)
    return RelayBody(recipient=recipient, items=items, marks=())


def texts(report: AuditReport, claim: str) -> list[str]:
    return [f"{one.where} {one.text}" for one in report.claim(claim).evidence]


def unsettled(report: AuditReport, claim: str) -> list[str]:
    return [f"{one.where} {one.text}" for one in report.claim(claim).open]


def report_cite(trio: Trio, filed: Filed) -> Cite:
    cite = trio[filed.speaker].books.cite(filed.speaker, filed.index)
    assert cite is not None
    return cite


# A good record.


def test_a_good_record_is_proven(shared: Shared):
    trio, _, grant = shared
    trio.withdraw(grant, "JP")
    trio.settle()
    report = audited(trio)
    assert report.holds
    assert report.exit_code == 0
    assert all(claim.holds and not claim.evidence for claim in report.claims)
    assert not any(claim.open for claim in report.claims)


def test_the_report_states_the_facts(shared: Shared):
    trio, _, _ = shared
    report = audited(trio)
    assert set(report.logs) == set(PARTICIPANTS)
    assert report.logs["US"].cosigned.keys() == {"KR", "JP"}
    assert report.logs["KR"].size == 4
    assert report.force.in_force
    assert set(report.force.adopted) == set(PARTICIPANTS)
    assert report.force.since == max(report.force.adopted.values())
    assert report.counts["KR"]["2016-09"] == {"keys": 1, "adoption": 1, "report": 1, "grant": 1}
    assert report.counts["JP"]["2016-09"]["receipt"] == 1


def test_a_long_record_is_proven(shared: Shared):
    """More than one bundle, a second level of tiles, and partial tiles that are gone."""
    trio, _, _ = shared
    publish(trio)
    pad(trio["KR"], 600)
    report = audited(trio)
    assert report.holds
    assert report.logs["KR"].size == 604


def test_what_the_hub_grants_itself_needs_no_relay(trio: Trio):
    trio.clock.advance(2 * HOUR)
    trio.grant(trio.file("US"))
    trio.settle()
    trio.clock.advance(DAY)
    assert audited(trio).holds


def test_everything_that_consent_can_be_is_proven(shared: Shared):
    """Requests, refusals, a withdrawal, a rotation, a suspension that ends: all of it is lawful."""
    trio, filed, grant = shared
    trio.request("JP", "KR", filed)
    trio.settle()
    trio.withdraw(grant)
    trio.settle()
    trio["KR"].rotate()
    trio.settle()
    trio.act("JP", lambda e: e.governing.suspend("arrangement", "for a day"))
    trio.settle()
    trio.clock.advance(DAY)
    trio.act("JP", lambda e: e.governing.resume("arrangement", "as announced"))
    trio.settle()
    trio.clock.advance(2 * HOUR)
    trio.grant(trio.file("KR"))
    trio.settle()
    trio.clock.advance(2 * DAY)
    report = audited(trio)
    assert report.holds, [(c.id, c.evidence) for c in report.claims if not c.holds]


def test_a_withdrawal_that_overtakes_its_grant_needs_no_receipt(trio: Trio):
    trio.clock.advance(2 * HOUR)
    grant = trio.grant(trio.file("KR"))
    trio.withdraw(grant)
    trio.settle()
    trio.clock.advance(5 * DAY)
    report = audited(trio)
    assert report.holds
    assert "receipt" not in report.counts["JP"]["2016-09"]
    assert report.counts["JP"]["2016-09"]["destruction"] == 1


# Relays and consent.


@pytest.mark.threat("T06")
def test_a_relay_without_a_grant(trio: Trio):
    """KR granted to US alone; the hub passes the report on all the same."""
    filed = trio.file("KR")
    grant = trio.grant(filed, audience=("US",))
    trio.settle()
    said = say(trio["US"], "relay", relay(report_cite(trio, filed)))
    report = audited(trio)
    assert refuted(report) == {"relays"}
    assert texts(report, "relays") == [
        f"{said.cite.short} relays report KR 2 to JP without a grant for it by KR"
    ]
    # A grant that is for somebody else is none for JP.
    say(trio["US"], "relay", relay(report_cite(trio, filed), grant))
    assert len(texts(audited(trio), "relays")) == 2


def test_a_relay_under_the_grant_of_another_report(shared: Shared):
    trio, _, grant = shared
    other = trio.file("KR")
    trio.grant(other, audience=("US",))
    trio.settle()
    say(trio["US"], "relay", relay(report_cite(trio, other), grant))
    assert refuted(audited(trio)) == {"relays"}


def test_a_grant_by_somebody_else(shared: Shared):
    """The hub grants KR's report as if it were its own."""
    trio, filed, _ = shared
    body = trio.own("KR", "grant")[0].says(GrantBody)
    granted = say(trio["US"], "grant", body, to=("JP",), for_=("JP",))
    report = audited(trio)
    assert refuted(report) == {"consent"}
    assert texts(report, "consent")[0] == (
        f"{granted.cite.short} is a grant of KR {filed.index}, a report of KR"
    )


def test_a_relay_by_who_is_not_the_hub(shared: Shared):
    trio, _, grant = shared
    say(trio["JP"], "relay", relay(grant, recipient="US"))
    assert texts(audited(trio), "relays") == ["JP 3 JP is not the hub and relays nothing"]


def test_a_relay_of_what_does_not_concern_the_recipient(shared: Shared):
    """JP's receipt is KR's to see, and a request is for whom it asks."""
    trio, filed, _ = shared
    asked = trio.request("US", "KR", filed)
    trio.settle()
    say(trio["US"], "relay", relay(asked))
    report = audited(trio)
    assert refuted(report) == {"relays"}
    assert "whom it does not concern" in texts(report, "relays")[0]


def test_a_relay_of_a_grant_alone_may_be_evidence(trio: Trio):
    """Whom a grant lets derive for does not stand in its leaf."""
    grant = trio.grant(trio.file("KR"), audience=("US",), derive_for=("JP",))
    trio.settle()
    say(trio["US"], "relay", relay(grant))
    report = audited(trio)
    assert report.claim("relays").holds
    assert "but as evidence for a derived report" in unsettled(report, "relays")[0]


def test_a_withdrawal_of_what_another_granted(shared: Shared):
    trio, _, grant = shared
    body = WithdrawalBody(grant=grant, audience=("JP",), reason="we would rather not")
    say(trio["US"], "withdrawal", body)
    assert "consent" in refuted(audited(trio))


def test_a_withdrawal_for_more_than_the_grant(trio: Trio):
    grant = trio.grant(trio.file("KR"), audience=("US",))
    trio.settle()
    body = WithdrawalBody(grant=grant, audience=("JP", "US"), reason="all of it")
    say(trio["KR"], "withdrawal", body)
    assert "for more than it was for" in texts(audited(trio), "consent")[0]


# Addresses and cites.


@pytest.mark.parametrize(
    ("to", "for_", "what"),
    [
        (("JP",), ("JP",), "is addressed to JP, with whom KR has no pact"),
        (("JP", "US"), ("JP", "US"), "is addressed to JP, with whom KR has no pact"),
        ((), ("JP",), "for JP is addressed to nobody"),
        (("US",), (), "for nobody is addressed to US"),
        (("US",), ("CN",), "concerns CN, who is no other participant"),
        (("US",), ("KR",), "concerns KR, who is no other participant"),
    ],
)
def test_an_address_that_no_body_can_have(
    trio: Trio, to: tuple[str, ...], for_: tuple[str, ...], what: str
):
    said = say(trio["KR"], "padding", PaddingBody(), to=to, for_=for_)
    report = audited(trio)
    assert refuted(report) == {"addresses"}
    assert texts(report, "addresses") == [f"{said.cite.short} a padding {what}"]


def test_a_cite_of_what_is_not_there(shared: Shared):
    """Another leaf than KR shows: one of the two was told another story."""
    trio, _, grant = shared
    other = Cite(grant.speaker, grant.index, DIGEST)
    say(trio["US"], "relay", relay(other))
    report = audited(trio)
    assert refuted(report) == {"cites"}
    assert "cites another KR 3 than KR shows" in texts(report, "cites")[0]


def test_a_cite_of_what_is_not_said_yet(trio: Trio):
    """Of its own log nobody can cite what comes after."""
    say(trio["US"], "relay", relay(Cite("US", 40, DIGEST)))
    assert "cites US 40, which comes after it" in texts(audited(trio), "cites")[0]


def test_a_cite_of_a_stranger(trio: Trio):
    say(trio["US"], "relay", relay(Cite("CN", 1, DIGEST)))
    assert "who is no participant" in texts(audited(trio), "cites")[0]


def test_what_is_not_published_yet_is_listed_apart(shared: Shared):
    """KR's log is fetched before US's: for a while that is nobody's fault."""
    trio, _, _ = shared
    publish(trio)
    trio.grant(trio.file("KR"))
    trio.settle()
    folders = publish(trio, "US", "JP")
    report = judged(trio, folders)
    assert report.holds
    assert "cites KR 5, which is not published yet" in " ".join(unsettled(report, "cites"))


def test_a_log_that_is_held_back(shared: Shared):
    """What others cited longer ago than the delay must be there to be seen."""
    trio, _, _ = shared
    publish(trio)
    trio.grant(trio.file("KR"))
    trio.settle()
    folders = publish(trio, "US", "JP")
    trio.clock.advance(3 * HOUR)
    report = judged(trio, folders)
    assert "publication" in refuted(report)
    assert texts(report, "publication") == [
        "KR does not publish entry 5, which US 7 cited in the hour 2016-09-09T02Z"
    ]


def test_a_clock_that_lies(shared: Shared):
    """US dates its relay two hours back; what it cites is not that old."""
    trio, _, grant = shared
    trio.clock.skew["US"] = -2 * HOUR
    trio["US"]._latest = ""
    say(trio["US"], "relay", relay(grant))
    report = audited(trio)
    assert "clocks" in refuted(report)
    assert any("before KR 3, which it cites" in text for text in texts(report, "clocks"))


def test_an_entry_dated_after_its_log_was_signed(shared: Shared):
    trio, _, _ = shared
    say(trio["KR"], "padding", PaddingBody(), forge=_edit(hour="2016-12-24T20Z"))
    assert "after its log was signed" in texts(audited(trio), "clocks")[0]


# Receipts and destructions.


def test_a_receipt_that_is_missing(trio: Trio):
    """JP says nothing. That it published nothing new since does not help it."""
    trio.clock.advance(2 * HOUR)
    trio.grant(trio.file("KR"))
    bring(trio, "KR", "US")
    bring(trio, "US", "KR")
    report = audited(trio)
    assert report.holds
    assert unsettled(report, "receipts") == ["KR 3 JP has given no receipt for KR 2"]
    trio.clock.advance(3 * HOUR)
    report = audited(trio)
    assert refuted(report) == {"receipts"}
    assert texts(report, "receipts") == ["KR 3 JP has given no receipt for KR 2, which is overdue"]


@pytest.mark.threat("T06")
def test_a_hub_that_withholds(trio: Trio):
    """KR's grant reached the hub at most; JP owes nothing for it."""
    trio.clock.advance(2 * HOUR)
    trio.grant(trio.file("KR"), audience=("JP", "US"))
    trio.clock.advance(4 * HOUR)
    assert texts(audited(trio), "receipts") == [
        "KR 3 US has not relayed it to JP, which is overdue",
        "KR 3 US has given no receipt for KR 2, which is overdue",
    ]


@pytest.mark.threat("T08")
def test_a_receipt_of_what_was_not_granted(trio: Trio):
    """JP cannot have opened it lawfully, whoever gave it the keys."""
    filed = trio.file("KR")
    grant = trio.grant(filed, audience=("US",))
    trio.settle()
    item = ReceiptItem(
        report=report_cite(trio, filed), grant=grant, portion=filed.portions[0], commitment=DIGEST
    )
    say(trio["JP"], "receipt", ReceiptBody(items=(item,)))
    report = audited(trio)
    assert refuted(report) == {"receipts"}
    assert "which is not granted to JP" in texts(report, "receipts")[0]


def test_a_refusal_is_an_answer(trio: Trio):
    """The hub's rules deny the relay: it says so, and JP owes no receipt."""
    trio.clock.advance(2 * HOUR)
    grant = trio.grant(trio.file("KR"))
    bring(trio, "KR", "US")
    bring(trio, "US", "KR")
    body = RefusalBody(act="relay", answers=grant, rules=("no-pact",), reason="no", language="en")
    refusal = say(trio["US"], "refusal", body)
    trio.clock.advance(4 * HOUR)
    report = audited(trio)
    assert report.holds
    assert unsettled(report, "receipts") == [
        f"KR 3 was answered by refusal {refusal.cite.short}, and not received by JP"
    ]


def test_an_incident_is_an_answer(trio: Trio):
    """No officer approved this extent: the recipient accuses instead of opening it."""
    trio.clock.advance(2 * HOUR)
    filed = trio.file("KR")
    trio.grant(filed, audience=("US",))
    body = trio.own("KR", "grant")[0].says(GrantBody)
    trio.settle()
    wider = replace(body, extent=replace(body.extent, purposes=("warning",)))
    said = say(trio["KR"], "grant", wider, send=True)
    trio.settle()
    (accused,) = trio.own("US", "incident")
    trio.clock.advance(4 * HOUR)
    report = audited(trio)
    assert report.holds
    assert unsettled(report, "receipts") == [
        f"{said.cite.short} was answered by incident US {accused.index}, and not received by US"
    ]


@pytest.mark.threat("T08")
def test_a_withdrawal_without_destruction(shared: Shared):
    trio, _, grant = shared
    trio.withdraw(grant, "JP")
    bring(trio, "KR", "US")
    trio.clock.advance(2 * DAY)
    report = audited(trio)
    assert report.holds
    assert len(unsettled(report, "destructions")) == 1
    trio.clock.advance(2 * DAY)
    report = audited(trio)
    assert refuted(report) == {"destructions"}
    assert texts(report, "destructions") == [
        "KR 4 JP has not certified that grant KR 3 is destroyed, which is overdue"
    ]


def test_a_withdrawal_that_the_hub_withholds(shared: Shared):
    trio, _, grant = shared
    trio.withdraw(grant, "JP")
    trio.clock.advance(4 * DAY)
    assert "US has not relayed the withdrawal" in texts(audited(trio), "destructions")[0]


@pytest.mark.threat("T08")
def test_a_destruction_of_another_grant_is_none(shared: Shared):
    trio, _, grant = shared
    gone = trio.withdraw(grant, "US")
    say(trio["US"], "destruction", DestructionBody(grant=gone, withdrawal=gone, portions=()))
    trio.clock.advance(4 * DAY)
    assert refuted(audited(trio)) == {"destructions"}


# The arrangement.


def test_nothing_is_shared_before_all_adopted(trio: Trio, tmp_path: Path):
    """The hub adopts last, and shared before."""
    trio = _unadopted(tmp_path / "new", trio)
    trio.act("KR", lambda e: e.governing.adopt())
    trio.act("JP", lambda e: e.governing.adopt())
    trio.settle()
    trio.clock.advance(3 * HOUR)
    say(trio["KR"], "report", _report_body(), to=(), for_=())
    trio.clock.advance(3 * HOUR)
    trio.act("US", lambda e: e.governing.adopt())
    trio.settle()
    report = audited(trio)
    assert refuted(report) == {"force"}
    assert "KR 2 a report in the hour" in texts(report, "force")[0]
    trio.close()


def test_nothing_is_shared_before_one_adopted_oneself(trio: Trio, tmp_path: Path):
    """Its own log shows the order to the entry, so the hour does not matter."""
    trio = _unadopted(tmp_path / "new", trio)
    say(trio["KR"], "report", _report_body(), to=(), for_=())
    for engine in trio:
        engine.act(engine.governing.adopt)
    trio.settle()
    assert texts(audited(trio), "force") == ["KR 1 a report while KR was none"]
    trio.close()


def test_nothing_is_shared_while_suspended(shared: Shared):
    """One's own suspension binds at once, another's when it could be heard."""
    trio, _, _ = shared
    trio.act("JP", lambda e: e.governing.suspend("arrangement", "for a day"))
    say(trio["JP"], "report", _report_body(), to=(), for_=())
    trio.settle()
    report = audited(trio)
    assert texts(report, "force") == ["JP 4 a report while JP was suspended"]
    trio.clock.advance(3 * HOUR)
    say(trio["US"], "report", _report_body(), to=(), for_=())
    (other,) = (text for text in texts(audited(trio), "force") if text.startswith("US"))
    assert other.endswith("Not in force: suspended by Japan.")


def test_an_hour_in_part_is_left_open(trio: Trio):
    """The arrangement came into force and was used within one hour."""
    trio.grant(trio.file("KR"))
    trio.settle()
    report = audited(trio)
    assert report.holds
    assert [one.partition(" said")[0] for one in unsettled(report, "force")] == [
        "KR 2 to 3",
        "US 5",
    ]


def test_a_relay_of_what_protects_passes_while_suspended(shared: Shared):
    trio, _, grant = shared
    trio.act("US", lambda e: e.governing.suspend("arrangement", "for a day"))
    trio.settle()
    trio.clock.advance(3 * HOUR)
    trio.withdraw(grant)
    trio.settle()
    assert audited(trio).holds


def test_an_act_that_cannot_follow(shared: Shared):
    trio, _, _ = shared
    body = StandBody(of="arrangement", reason="again")
    _unheeded(trio["JP"], lambda: say(trio["JP"], "resumption", body))
    report = audited(trio)
    assert refuted(report) == {"acts"}
    assert "resumption of arrangement cannot follow" in texts(report, "acts")[0]


def test_an_adoption_of_other_bytes(trio: Trio):
    """What all adopted is not what the auditor holds."""
    other = AdoptionBody(digest=DIGEST, supersedes=None)
    for engine in trio:
        _unheeded(engine, lambda engine=engine: say(engine, "adoption", other))
    report = audited(trio)
    assert "adoptions" in refuted(report)
    assert f"the version {DIGEST} governs now" in texts(report, "adoptions")[0]


def test_an_adoption_of_no_digest(trio: Trio):
    _unheeded(
        trio["KR"], lambda: say(trio["KR"], "adoption", AdoptionBody(digest="x", supersedes=None))
    )
    assert "acts" in refuted(audited(trio))


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
    _flip(folders["KR"] / "tile/entries/000.p/4", b'"kind":"grant"', b'"kind":"grAnt"')
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
    _flip(folders["JP"] / "tile/entries/000.p/3", b'"for":["KR"]', b'"for":["US"]')
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
    say(trio["KR"], "padding", PaddingBody(), forge=_edit(hour="2016-09-09T25Z"))
    say(trio["KR"], "padding", PaddingBody(), forge=lambda _: b"{}")
    say(trio["KR"], "padding", PaddingBody(), forge=_edit(to=["US", "US"], **{"for": ["US"]}))
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
    _flip(folders["JP"] / OPEN, b'"supersedes":null', b'"supersedes":"ab"')
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
    folders, fork = publish(trio), _fork(trio, "US", tmp_path)
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
    fork = _fork(trio, "US", tmp_path)
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


@pytest.fixture
def published(shared: Shared) -> tuple[Trio, dict[str, Path]]:
    trio, _, _ = shared
    return trio, publish(trio)


# How lies are told.


def _edit(**fields: object) -> Callable[[bytes], bytes]:
    return lambda leaf: canonical.encode({**canonical.decode(leaf), **fields})


def _flip(path: Path, old: bytes, new: bytes) -> None:
    data = path.read_bytes()
    assert data.count(old) == 1
    assert len(old) == len(new)
    path.write_bytes(data.replace(old, new))


def _report_body() -> ReportBody:
    return ReportBody(portions=tuple(base64.encode(bytes([n] * 32)) for n in range(4)))


def _unheeded(engine: Engine, lie: Callable[[], object]) -> None:
    """Let a node say of the arrangement what its own books would refuse."""
    heed = engine.books.heed
    engine.books.heed = lambda _: None
    try:
        lie()
    finally:
        engine.books.heed = heed


def _unadopted(base: Path, like: Trio) -> Trio:
    """Return a trio with keys and an arrangement that nobody adopted yet."""
    trio = Trio.open(base, like.clock)
    introduce(trio)
    return trio


def _fork(trio: Trio, who: str, tmp_path: Path) -> Path:
    """Return the public log of a second history of a participant, from now on."""
    shutil.copytree(trio.base / who, tmp_path / "fork", dirs_exist_ok=True)
    shutil.rmtree(tmp_path / "fork" / "public", ignore_errors=True)
    engine = Engine(tmp_path / "fork", who, TEMPLATE, trio.clock.of(who))
    pad(engine, 1)
    _sign_by_hand(engine, trio["KR"])
    publishing(engine).publish()
    engine.close()
    return tmp_path / "fork" / "public"


def cosign_by_hand(trio: Trio, who: str, witness: str) -> None:
    """Have a witness cosign what no honest witness would."""
    _sign_by_hand(trio[who], trio[witness])


def _sign_by_hand(engine: Engine, witness: Engine) -> None:
    row = engine.db.q.last_checkpoint()
    lines = cosign_lines(row["note"], witness.keys.checkpoint, 1473381005)
    engine.db.q.add_cosignature(size=row["size"], witness=witness.me, lines=lines)
