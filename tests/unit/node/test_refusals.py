"""Refusals of requests: an officer stands behind each, and whoever asked learns the reason."""

from __future__ import annotations

from collections.abc import Callable

import msgspec
import pytest
from tests.support.authenticator import ORIGIN, Authenticator
from tests.support.trio import OFFICERS, Trio
from tests.unit.node.test_passkeys import asking, enrolled

from trilogue.consent.acts import Approval, RefusalBody
from trilogue.encoding import canonical
from trilogue.errors import ConsentError, FormatError, NotFoundError
from trilogue.node import ceremonies, consenting, questions
from trilogue.node.inputs import Place, RefusalInput
from trilogue.protocol.granting import approve, refusal_digest
from trilogue.protocol.statement import Composed
from trilogue.reports.cite import Cite

A, B = OFFICERS


def asked(trio: Trio) -> tuple[Cite, RefusalInput]:
    """Let JP ask KR; return the request and what KR is going to answer."""
    cite = trio.request("JP", "KR")
    assert trio.settle() == []
    place = Place(speaker=cite.speaker, index=cite.index)
    return cite, RefusalInput(request=place, reason="아직 이르다", language="ko")


def by_hand(trio: Trio, one: Authenticator, given: RefusalInput) -> Composed:
    """Refuse with officer A's passkey."""
    who = asking()
    number = trio.act("KR", lambda e: ceremonies.begin_refusal(e, who, given))
    question = trio.act("KR", lambda e: ceremonies.take(e, who, number, ceremonies.SIGN))
    shown = ceremonies.to_sign(trio["KR"], question).refusal
    assert shown is not None
    assert shown.reason == given.reason
    made = one.get(question.challenge, origin=ORIGIN)
    done = trio.act(
        "KR", lambda e: ceremonies.finish_signing(e, who, question, one.credential, made)
    )
    assert isinstance(done, Composed)
    return done


def test_whoever_asked_learns_why_and_who_refused(trio: Trio) -> None:
    cite, given = asked(trio)
    trio.act("KR", lambda e: consenting.refuse(e, given, A))
    assert trio.settle() == []
    for who in ("KR", "JP"):
        entry = questions.request(trio[who], given.request)
        (one,) = entry.refusals
        assert (entry.state, one.reason, one.language) == ("refused", "아직 이르다", "ko")
        assert (one.officers, one.by_hand, one.refusal.speaker) == ((A,), False, "KR")
        assert entry.request == Place(speaker=cite.speaker, index=cite.index)


def test_an_officer_with_a_passkey_refuses_with_it_and_with_nothing_else(trio: Trio) -> None:
    one = enrolled(trio)
    _, given = asked(trio)
    with pytest.raises(ConsentError, match="has a passkey"):
        trio.act("KR", lambda e: consenting.refuse(e, given, A))
    by_hand(trio, one, given)
    assert trio.settle() == []
    (told,) = questions.request(trio["JP"], given.request).refusals
    assert (told.officers, told.by_hand) == ((A,), True)


def test_who_is_no_officer_refuses_nothing(trio: Trio) -> None:
    _, given = asked(trio)
    with pytest.raises(ConsentError, match="no release key"):
        trio.act("KR", lambda e: consenting.refuse(e, given, "somebody"))
    with pytest.raises(ConsentError, match="needs an officer"):
        trio.act("KR", lambda e: e.desk.refuse(given, ()))


@pytest.mark.threat("T29")
def test_a_refusal_that_was_asked_for_is_signed_once(trio: Trio) -> None:
    enrolled(trio)
    _, given = asked(trio)
    who = asking()
    number = trio.act("KR", lambda e: ceremonies.begin_refusal(e, who, given))
    with pytest.raises(NotFoundError):
        trio.act("KR", lambda e: ceremonies.take(e, who, number, ceremonies.REGISTER))
    trio.act("KR", lambda e: ceremonies.take(e, who, number, ceremonies.SIGN))
    with pytest.raises(NotFoundError):
        trio.act("KR", lambda e: ceremonies.take(e, who, number, ceremonies.SIGN))


def nobody(_: Trio, __: RefusalBody) -> tuple[Approval, ...]:
    return ()


def something_else(trio: Trio, draft: RefusalBody) -> tuple[Approval, ...]:
    """Sign another reason."""
    other = msgspec.structs.replace(draft, reason="later")
    return (approve(refusal_digest(other), B, trio["KR"].keystore.officer(B)),)


def node_for_hand(trio: Trio, draft: RefusalBody) -> tuple[Approval, ...]:
    """Sign with the node's key for the officer who has a passkey."""
    return (approve(refusal_digest(draft), A, trio["KR"].keystore.officer(A)),)


@pytest.mark.threat("T29")
@pytest.mark.parametrize(
    ("sign", "says"),
    [
        (nobody, "in nobody's name"),
        (something_else, "approved something else"),
        (node_for_hand, "has a passkey"),
    ],
)
def test_a_refusal_without_its_officer_does_not_count(
    trio: Trio, sign: Callable[[Trio, RefusalBody], tuple[Approval, ...]], says: str
) -> None:
    """KR's node says it all the same: neither the hub nor who asked takes it."""
    enrolled(trio)
    _, given = asked(trio)
    draft = trio["KR"].desk.draft_refusal(given)
    body = msgspec.structs.replace(draft, approvals=sign(trio, draft))
    trio.act("KR", lambda e: e.sequencer.log("refusal", body))
    found = trio.settle()
    assert {one.step for one in found} == {7}
    assert says in found[0].reason
    assert questions.request(trio["JP"], given.request).state == "open"


def test_what_rules_refuse_is_in_nobodys_name() -> None:
    body = RefusalBody(act="request", answers=None, rules=("x",), reason="no", language="en")
    assert b"approvals" not in canonical.encode(body)
    wrong = canonical.encode(body).replace(
        b'{"act":"request","answers":null',
        b'{"act":"request","answers":null,"approvals":[{"note":"x","officer":"a"}]',
    )
    with pytest.raises(FormatError, match="only the refusal of a request has approvals"):
        canonical.decode(wrong, RefusalBody)
