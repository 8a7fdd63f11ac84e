"""The audit of what was done: what each lie refutes. Every bad log is really signed by its liar."""

from __future__ import annotations

import pytest
from msgspec.structs import replace
from tests.support.lies import DIGEST, Shared, edit, relay, report_cite
from tests.support.oversight import (
    DAY,
    HOUR,
    audited,
    bring,
    judged,
    pad,
    publish,
    refuted,
    say,
    texts,
    unsettled,
)
from tests.support.trio import PARTICIPANTS, Trio

from trilogue.consent.acts import GrantBody, RefusalBody, WithdrawalBody
from trilogue.protocol.bodies import (
    DestructionBody,
    PaddingBody,
    ReceiptBody,
    ReceiptItem,
)
from trilogue.reports.cite import Cite

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
    say(trio["KR"], "padding", PaddingBody(), forge=edit(hour="2016-12-24T20Z"))
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
