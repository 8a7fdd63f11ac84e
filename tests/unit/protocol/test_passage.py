"""Step 6: who a statement is for follows from what it says, and no leg lacks its pact."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.strategies import bodies, others, participants
from tests.support.trio import PARTICIPANTS, TEMPLATE

from trilogue.consent.acts import (
    Extent,
    GrantBody,
    RefusalBody,
    RequestBody,
    StandingBody,
    StandingRule,
    WithdrawalBody,
)
from trilogue.encoding import base64
from trilogue.errors import PassageError
from trilogue.marking import mark
from trilogue.protocol.bodies import (
    AdoptionBody,
    DestructionBody,
    IncidentBody,
    PaddingBody,
    ReceiptBody,
    ReceiptItem,
    ReclassificationBody,
    RelayBody,
    RelayItem,
    StandBody,
)
from trilogue.protocol.passage import address, concerns, onward
from trilogue.protocol.statement import KINDS, OPEN_KINDS, compose
from trilogue.reports.cite import Cite
from trilogue.reports.report import ReportBody

DIGEST = base64.encode(bytes(32))
NOW = "2016-09-09T00:30:01.353Z"


def cite(speaker: str) -> Cite:
    return Cite(speaker, 1, DIGEST)


def extent(*audience: str) -> Extent:
    return Extent(
        audience=audience, purposes=("analysis",), not_before=NOW, expires=None, derive_for=()
    )


def grant(*audience: str) -> GrantBody:
    return GrantBody(
        items=(), extent=extent(*audience), boxes=(), answers=None, under=None, approvals=()
    )


def standing(*audience: str) -> StandingBody:
    rule = StandingRule(
        subjects=("nuclear-test",),
        payload_types=("launch",),
        levels=("SECRET",),
        grid_e5=0,
        per_hour=1,
        audience=audience,
        purposes=("warning",),
        derive_for=(),
        lasts_seconds=None,
        not_before=NOW,
        expires=None,
    )
    return StandingBody(rule=rule, approvals=())


def receipt(*speakers: str) -> ReceiptBody:
    return ReceiptBody(
        items=tuple(
            ReceiptItem(report=cite(one), grant=cite(one), portion=DIGEST, commitment=DIGEST)
            for one in speakers
        )
    )


def incident(*speakers: str, peer: str | None = None) -> IncidentBody:
    return IncidentBody(
        nature="loss",
        certainty="actual",
        concerns=tuple(map(cite, speakers)),
        findings_of=None,
        peer=peer,
        step=None,
        text="x",
    )


def refusal(answers: Cite | None) -> RefusalBody:
    return RefusalBody(act="request", answers=answers, rules=(), reason="no", language="en")


def request(originator: str) -> RequestBody:
    return RequestBody(
        originator=originator, portions=(), description=None, purpose="analysis", because="x"
    )


def relay(recipient: str) -> RelayBody:
    items = (RelayItem(statement=cite("KR"), pact="us-jp-2007"),)
    return RelayBody(recipient=recipient, items=items, marks=())


REPORT = ReportBody(portions=tuple(base64.encode(bytes([n]) * 32) for n in range(4)))
RECLASSIFIED = ReclassificationBody(
    audience=("JP", "US"),
    report=cite("KR"),
    portion=DIGEST,
    marking=mark("SECRET", ["KR"]),
    reason="x",
)

TABLE = [
    # kind, speaker, body, delivered to, for
    ("adoption", "KR", AdoptionBody(digest=DIGEST, supersedes=None), "US", "JP US"),
    ("adoption", "US", AdoptionBody(digest=DIGEST, supersedes=None), "JP KR", "JP KR"),
    ("suspension", "JP", StandBody(of="notice", reason="x"), "US", "KR US"),
    ("report", "KR", REPORT, "", ""),
    ("padding", "KR", PaddingBody(), "", ""),
    ("grant", "KR", grant("US"), "US", "US"),
    ("grant", "KR", grant("JP", "US"), "US", "JP US"),
    ("grant", "KR", grant("JP"), "US", "JP"),
    ("grant", "US", grant("JP", "KR"), "JP KR", "JP KR"),
    ("grant", "JP", grant("KR", "US"), "US", "KR US"),
    ("standing", "KR", standing("JP", "US"), "US", "JP US"),
    (
        "withdrawal",
        "KR",
        WithdrawalBody(grant=cite("KR"), audience=("JP",), reason="x"),
        "US",
        "JP",
    ),
    ("reclassification", "KR", RECLASSIFIED, "US", "JP US"),
    ("request", "JP", request("KR"), "US", "KR"),
    ("request", "US", request("KR"), "KR", "KR"),
    ("refusal", "KR", refusal(cite("JP")), "US", "JP"),
    ("refusal", "KR", refusal(None), "", ""),
    ("relay", "US", relay("JP"), "JP", "JP"),
    ("receipt", "JP", receipt("KR"), "US", "KR"),
    ("receipt", "JP", receipt("KR", "US"), "US", "KR US"),
    (
        "destruction",
        "JP",
        DestructionBody(grant=cite("KR"), withdrawal=None, portions=()),
        "US",
        "KR",
    ),
    ("incident", "JP", incident("KR"), "US", "KR"),
    ("incident", "KR", incident("JP", "US", "KR"), "US", "JP US"),
    ("incident", "JP", incident(peer="US"), "US", "US"),
    ("incident", "US", incident(), "", ""),
]


@pytest.mark.parametrize(
    ("kind", "speaker", "body", "to", "for_"),
    TABLE,
    ids=[f"{speaker} {kind} for {for_ or 'nobody'}" for kind, speaker, _, _, for_ in TABLE],
)
def test_addresses(kind: str, speaker: str, body: object, to: str, for_: str):
    found = address(kind, speaker, body, TEMPLATE)
    assert (found.to, found.for_) == (tuple(to.split()), tuple(for_.split()))


everything = st.tuples(st.sampled_from(KINDS), participants).flatmap(
    lambda drawn: st.tuples(*map(st.just, drawn), bodies(*drawn))
)


@given(everything)
def test_no_address_lies_across_a_missing_pact(drawn):
    kind, speaker, body = drawn
    found = address(kind, speaker, body, TEMPLATE)
    assert all(TEMPLATE.pact(speaker, one) is not None for one in found.to)
    assert speaker not in found.for_
    assert set(found.for_) == concerns(kind, speaker, body, PARTICIPANTS)
    # Whoever is not reached directly is behind the hub, and the hub is told.
    assert set(found.for_) <= {*found.to, *({"KR", "JP"} if "US" in found.to else set())}
    if kind in OPEN_KINDS:
        assert found.for_ == tuple(sorted(others(speaker)))


@given(everything)
def test_the_hub_passes_on_to_just_those_whom_it_did_not_reach(drawn):
    kind, speaker, body = drawn
    statement = compose(
        speaker=speaker,
        index=1,
        arrangement=DIGEST,
        issued=NOW,
        salt=bytes(32),
        kind=kind,
        address=address(kind, speaker, body, TEMPLATE),
        body=body,
    ).statement
    behind = set(onward(statement, TEMPLATE))
    assert behind == set(statement.for_) - set(statement.to) - {"US"}
    assert speaker != "US" or not behind


def test_nobody_is_addressed_who_cannot_be_reached():
    with pytest.raises(PassageError, match="no pact leads from KR to CN"):
        address("grant", "KR", grant("CN"), TEMPLATE)
