"""Passkeys at a node: registered, confirmed, published; asked once, and taken for one grant."""

from __future__ import annotations

import pytest
from tests.support.authenticator import (
    ORIGIN,
    PRESENT,
    RP,
    VERIFIED,
    Authenticator,
    client_data,
)
from tests.support.trio import OFFICERS, Filed, Trio, marking

from trilogue.consent.acts import GrantBody
from trilogue.encoding import base64
from trilogue.errors import ConsentError, InputError, NotFoundError, TrilogueError
from trilogue.node import ceremonies, consenting, passkeys
from trilogue.node.authoring import Refused
from trilogue.node.ceremonies import Asking, Ceremony
from trilogue.node.consenting import Deferred
from trilogue.node.engine import Engine
from trilogue.node.inputs import GrantInput
from trilogue.node.relying import Relying
from trilogue.protocol.statement import Composed

A, B = OFFICERS
SITE = Relying(ORIGIN)


def asking(officer: str = A, session: bytes = b"s" * 32, origin: str = ORIGIN) -> Asking:
    return Asking(officer, session, Relying(origin))


def registered(trio: Trio, officer: str = A, seed: bytes = b"a" * 32) -> Authenticator:
    """Let an officer of KR register a passkey; it waits."""
    one = Authenticator(seed)
    who = asking(officer)
    number = trio.act("KR", lambda e: ceremonies.begin_registration(e, who))
    asked = trio.act("KR", lambda e: ceremonies.take(e, who, number, ceremonies.REGISTER))
    said = client_data("webauthn.create", asked.challenge)
    data = one.registration()
    shown = trio.act("KR", lambda e: ceremonies.finish_registration(e, who, asked, said, data))
    assert shown == passkeys.fingerprint(one.credential, one.key)
    return one


def enrolled(trio: Trio, officer: str = A, seed: bytes = b"a" * 32) -> Authenticator:
    """Let an officer of KR register a passkey, and the administrator publish it."""
    one = registered(trio, officer, seed)
    passkeys.confirm(trio["KR"].db, officer, passkeys.fingerprint(one.credential, one.key))
    trio["KR"].rotate()
    trio.settle()
    return one


def given(filed: Filed, **fields: object) -> GrantInput:
    audience = tuple(p for p in ("JP", "US") if p != filed.speaker)
    return GrantInput(
        portions=filed.sources(), audience=audience, **{"purposes": ("analysis",), **fields}
    )


def begun(trio: Trio, filed: Filed, who: Asking | None = None, **fields: object) -> Ceremony:
    """Ask for the signature of a grant, and take the question."""
    who = who or asking()
    wanted = given(filed, **fields)
    number = trio.act("KR", lambda e: ceremonies.begin_grant(e, who, wanted))
    assert isinstance(number, int)
    return trio.act("KR", lambda e: ceremonies.take(e, who, number, ceremonies.SIGN))


def finish(
    trio: Trio, one: Authenticator, asked: Ceremony, who: Asking | None = None, **wrong: object
) -> Composed | Refused | Deferred:
    made = one.get(asked.challenge, **wrong)
    who = who or asking()
    return trio.act("KR", lambda e: ceremonies.finish_signing(e, who, asked, one.credential, made))


def states(engine: Engine) -> list[tuple[str, str]]:
    return [(one.officer, one.state) for one in passkeys.listed(engine.db, engine.books)]


def test_a_passkey_waits_is_confirmed_published_and_dropped(trio: Trio) -> None:
    korea = trio["KR"]
    one = registered(trio)
    shown = passkeys.fingerprint(one.credential, one.key)
    assert states(korea) == [(A, "waiting")]
    for officer, text in ((B, shown), (A, "0000 " * 7 + "0000")):
        with pytest.raises(NotFoundError):
            passkeys.confirm(korea.db, officer, text)
    trio["KR"].rotate()
    assert states(korea) == [(A, "waiting")]  # nobody compared its fingerprint
    passkeys.confirm(korea.db, A, shown.replace(" ", ""))
    assert states(korea) == [(A, "confirmed")]
    korea.rotate()
    assert states(korea) == [(A, "published")]
    trio.settle()
    for who in ("US", "JP"):
        (known,) = trio[who].books.keys_of("KR", korea.now()).passkeys
        assert (known.officer, known.rp) == (A, RP)
        assert base64.decode(known.key) == one.key
    assert passkeys.drop(korea.db, shown) == A
    assert states(korea) == [(A, "dropped")]
    korea.rotate()
    assert korea.books.keys_of("KR", korea.now()).passkeys == ()
    with pytest.raises(NotFoundError):
        passkeys.confirm(korea.db, A, shown)


def test_one_that_waits_is_forgotten_when_it_is_dropped(trio: Trio) -> None:
    one = registered(trio)
    passkeys.drop(trio["KR"].db, passkeys.fingerprint(one.credential, one.key))
    assert states(trio["KR"]) == []
    registered(trio)


@pytest.mark.threat("T29")
def test_nobody_registers_what_somebody_has(trio: Trio) -> None:
    registered(trio)
    with pytest.raises(InputError, match="registered already"):
        registered(trio, B)


@pytest.mark.threat("T29")
def test_a_registration_is_made_on_this_console_alone(trio: Trio) -> None:
    one, who = Authenticator(b"a" * 32), asking()
    number = trio.act("KR", lambda e: ceremonies.begin_registration(e, who))
    asked = trio.act("KR", lambda e: ceremonies.take(e, who, number, ceremonies.REGISTER))
    said = client_data("webauthn.create", asked.challenge, "http://localhost:9999")
    with pytest.raises(InputError, match="step 9"):
        trio.act(
            "KR",
            lambda e: ceremonies.finish_registration(e, who, asked, said, one.registration()),
        )
    assert states(trio["KR"]) == []


def test_a_grant_is_signed_by_hand_opened_and_withdrawn(trio: Trio) -> None:
    one = enrolled(trio)
    filed = trio.file("KR")
    done = finish(trio, one, begun(trio, filed))
    assert isinstance(done, Composed)
    (approval,) = done.statement.says(GrantBody).approvals
    assert approval.officer == A
    assert approval.note is None
    assert trio.settle() == []
    for who in ("US", "JP"):
        assert trio.held(who) == set(filed.portions)
    trio.withdraw(done.cite)
    assert trio.settle() == []
    assert trio.held("JP") == set()


@pytest.mark.threat("T29")
def test_whoever_has_a_passkey_grants_with_nothing_else(trio: Trio) -> None:
    registered(trio)
    filed = trio.file("KR")
    done = trio.act("KR", lambda e: consenting.grant(e, given(filed), A))
    assert isinstance(done, Composed)  # it waits, and counts for nothing yet
    enrolled(trio, A, b"b" * 32)
    with pytest.raises(ConsentError, match="has a passkey"):
        trio.act("KR", lambda e: consenting.grant(e, given(filed), A))
    with pytest.raises(ConsentError, match="has a passkey"):
        trio.grant(filed, officers=(A,))
    # Dropped, it is still what others ask for: nothing goes on without it.
    (_, one) = passkeys.listed(trio["KR"].db, trio["KR"].books)
    passkeys.drop(trio["KR"].db, one.fingerprint)
    with pytest.raises(ConsentError, match="has a passkey"):
        trio.act("KR", lambda e: consenting.grant(e, given(filed), A))
    with pytest.raises(ConsentError, match="none of officer-a's passkeys signs"):
        begun(trio, filed)
    trio["KR"].rotate()
    assert isinstance(trio.act("KR", lambda e: consenting.grant(e, given(filed), A)), Composed)


def test_who_has_only_a_passkey_is_an_officer(trio: Trio) -> None:
    one = enrolled(trio, "officer-c")
    who = asking("officer-c")
    done = finish(trio, one, begun(trio, trio.file("KR"), who), who)
    assert isinstance(done, Composed)
    assert trio.settle() == []


@pytest.mark.threat("T29")
@pytest.mark.parametrize(
    ("wrong", "says"),
    [
        ({"origin": "https://elsewhere.example"}, "step 13"),
        ({"origin": "http://localhost:9999"}, "step 13"),
        ({"rp": "elsewhere.example"}, "step 15"),
        ({"flags": VERIFIED}, "step 16"),
        ({"flags": PRESENT}, "step 17"),
        ({"said": client_data("webauthn.create", bytes(32))}, "step 11"),
        ({"said": client_data("webauthn.get", bytes(32))}, "step 12"),
    ],
    ids=lambda one: one if isinstance(one, str) else "",
)
def test_an_answer_that_does_not_hold_grants_nothing(
    trio: Trio, wrong: dict[str, object], says: str
) -> None:
    one = enrolled(trio)
    asked = begun(trio, trio.file("KR"))
    with pytest.raises(ConsentError, match=says):
        finish(trio, one, asked, **wrong)
    assert not trio.own("KR", "grant")


@pytest.mark.threat("T29")
def test_anothers_passkey_signs_nothing_in_ones_name(trio: Trio) -> None:
    enrolled(trio)
    other = enrolled(trio, B, b"b" * 32)
    with pytest.raises(ConsentError, match="no passkey"):
        finish(trio, other, begun(trio, trio.file("KR")))


@pytest.mark.threat("T29")
def test_a_question_is_answered_once_in_its_session_by_whom_it_asked_and_in_time(
    trio: Trio,
) -> None:
    enrolled(trio)
    enrolled(trio, B, b"b" * 32)
    who, filed = asking(), trio.file("KR")
    wanted = given(filed)

    def ask() -> int:
        number = trio.act("KR", lambda e: ceremonies.begin_grant(e, who, wanted))
        assert isinstance(number, int)
        return number

    number = ask()
    for other in (asking(session=b"t" * 32), asking(B)):
        with pytest.raises(NotFoundError, match="not asked in your session"):
            trio.act("KR", lambda e: ceremonies.take(e, other, number, ceremonies.SIGN))  # noqa: B023
    with pytest.raises(NotFoundError):
        trio.act("KR", lambda e: ceremonies.take(e, who, number, ceremonies.REGISTER))
    trio.act("KR", lambda e: ceremonies.take(e, who, number, ceremonies.SIGN))
    with pytest.raises(NotFoundError):
        trio.act("KR", lambda e: ceremonies.take(e, who, number, ceremonies.SIGN))
    late = ask()
    trio.clock.advance(ceremonies.LASTS_SECONDS + 1)
    with pytest.raises(NotFoundError):
        trio.act("KR", lambda e: ceremonies.take(e, who, late, ceremonies.SIGN))
    assert ask() > late > number


@pytest.mark.threat("T29")
def test_a_counter_that_does_not_go_on_may_be_a_copy(trio: Trio) -> None:
    one, filed = enrolled(trio), trio.file("KR")
    one.counter = 7
    assert isinstance(finish(trio, one, begun(trio, filed)), Composed)
    for stands in (6, 7):
        one.counter = stands
        with pytest.raises(ConsentError, match="step 21") as found:
            finish(trio, one, begun(trio, filed))
        assert "copy" in found.value.hint
    one.counter = 9
    assert isinstance(finish(trio, one, begun(trio, filed)), Composed)


def test_a_passkey_that_counts_nothing_stays_at_zero(trio: Trio) -> None:
    one, filed = enrolled(trio), trio.file("KR")
    for _ in range(2):
        one.counter = -1
        assert isinstance(finish(trio, one, begun(trio, filed)), Composed)


def test_what_the_rules_deny_is_refused_before_anybody_signs(trio: Trio) -> None:
    enrolled(trio)
    filed = trio.file("KR", marking=marking(readers=["KR", "US"]))
    done = trio.act("KR", lambda e: ceremonies.begin_grant(e, asking(), given(filed)))
    assert isinstance(done, Refused)
    assert trio.own("KR", "refusal")


@pytest.mark.threat("T29")
def test_what_changed_after_it_was_shown_is_not_granted(trio: Trio) -> None:
    one, filed = enrolled(trio), trio.file("KR")
    asked = begun(trio, filed, lasts_seconds=60)
    trio.clock.advance(61)
    with pytest.raises(ConsentError, match="would have ended"):
        finish(trio, one, asked)
    asked = begun(trio, filed)
    other = begun(trio, trio.file("KR"))
    with pytest.raises(ConsentError, match="not what was shown"):
        finish(trio, one, Ceremony(**{**vars(asked), "body": other.body}))


def secret(trio: Trio) -> Filed:
    return trio.file("KR", marking=marking("SECRET"))


def waiting(done: object) -> int:
    assert isinstance(done, Deferred)
    return done.number


def agreed(trio: Trio, one: Authenticator, number: int, officer: str) -> object:
    who = asking(officer)
    begins = trio.act("KR", lambda e: ceremonies.begin_agreement(e, who, number))
    assert isinstance(begins, int)
    asked = trio.act("KR", lambda e: ceremonies.take(e, who, begins, ceremonies.SIGN))
    return finish(trio, one, asked, who)


@pytest.mark.threat("T05")
def test_two_officers_sign_by_hand(trio: Trio) -> None:
    a, b = enrolled(trio), enrolled(trio, B, b"b" * 32)
    filed = secret(trio)
    number = waiting(finish(trio, a, begun(trio, filed)))
    trio.clock.advance(3600)
    done = agreed(trio, b, number, B)
    assert isinstance(done, Composed)
    approvals = done.statement.says(GrantBody).approvals
    assert [(one.officer, one.note) for one in approvals] == [(A, None), (B, None)]
    assert trio.settle() == []
    assert trio.held("JP") == set(filed.portions)
    with pytest.raises(NotFoundError):
        trio.act("KR", lambda e: consenting.agree(e, number, B))


@pytest.mark.parametrize("by_hand", [A, B])
def test_one_officer_signs_by_hand_and_the_other_by_a_release_key(trio: Trio, by_hand: str) -> None:
    one, filed = enrolled(trio, by_hand), secret(trio)
    if by_hand == A:
        number = waiting(finish(trio, one, begun(trio, filed)))
        done = trio.act("KR", lambda e: consenting.agree(e, number, B))
    else:
        number = waiting(trio.act("KR", lambda e: consenting.grant(e, given(filed), A)))
        with pytest.raises(ConsentError, match="has a passkey"):
            trio.act("KR", lambda e: consenting.agree(e, number, B))
        done = agreed(trio, one, number, B)
    assert isinstance(done, Composed)
    assert trio.settle() == []
    assert trio.held("JP") == set(filed.portions)


def test_one_officer_does_not_sign_twice(trio: Trio) -> None:
    one = enrolled(trio)
    number = waiting(finish(trio, one, begun(trio, secret(trio))))
    with pytest.raises(TrilogueError, match="has agreed"):
        trio.act("KR", lambda e: ceremonies.begin_agreement(e, asking(), number))


@pytest.mark.threat("T29")
def test_who_agreed_first_without_a_passkey_has_to_grant_anew(trio: Trio) -> None:
    filed = secret(trio)
    number = waiting(trio.act("KR", lambda e: consenting.grant(e, given(filed), A)))
    enrolled(trio)
    with pytest.raises(ConsentError, match="did not sign with it"):
        trio.act("KR", lambda e: consenting.agree(e, number, B))


def test_what_was_approved_before_a_passkey_was_published_may_arrive_after(trio: Trio) -> None:
    filed = trio.file("KR")
    trio.grant(filed, officers=(A,))
    one = registered(trio)
    passkeys.confirm(trio["KR"].db, A, passkeys.fingerprint(one.credential, one.key))
    trio["KR"].rotate()
    assert trio.settle() == []
    assert trio.held("JP") == set(filed.portions)


def test_what_was_signed_before_a_passkey_was_dropped_may_arrive_after(trio: Trio) -> None:
    one, filed = enrolled(trio), trio.file("KR")
    assert isinstance(finish(trio, one, begun(trio, filed)), Composed)
    passkeys.drop(trio["KR"].db, passkeys.fingerprint(one.credential, one.key))
    trio["KR"].rotate()
    assert trio.settle() == []
    assert trio.held("JP") == set(filed.portions)
