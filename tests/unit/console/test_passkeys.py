"""Passkeys at the console: what officers see, sign and are refused, in every language."""

from __future__ import annotations

import re

import httpx
import pytest
from tests.support.authenticator import ORIGIN, Authenticator, answered
from tests.support.office import SECOND, Office
from tests.support.trio import OFFICERS, Trio, marking
from tests.support.visitor import Visitor, look

from trilogue.consent.acts import GrantBody
from trilogue.console.words import LANGUAGES, Words
from trilogue.node import passkeys
from trilogue.node.tokens import Role

OFFICER = OFFICERS[0]


def registered(visitor: Visitor, one: Authenticator) -> str:
    """Register a passkey as the page's script would; return its fingerprint."""
    begun = visitor.post("/passkeys")
    assert begun.status_code == 303, begun.text
    path, fields = answered(visitor.ask(begun.headers["location"]).text, one)
    done = visitor.post(path, **fields)
    assert done.headers["location"] == "/passkeys", done.text
    return passkeys.fingerprint(one.credential, one.key)


def published(office: Office, visitor: Visitor, one: Authenticator, officer: str = OFFICER) -> None:
    """Register a passkey, and have the administrator publish it."""
    shown = registered(visitor, one)
    office.service.direct(lambda: passkeys.confirm(office.engine.db, officer, shown))
    office.service.direct(office.engine.rotate)


def asked(trio: Trio, visitor: Visitor, **fields: object) -> httpx.Response:
    """Send the form of a grant of something new."""
    filed = trio.file("KR", **fields)
    (source,) = filed.sources()
    return visitor.post(
        "/grants",
        do="grant",
        portions=f"KR/{filed.index}/{source.portion}",
        audience=["JP", "US"],
        purposes="analysis",
        lasts="48",
    )


def test_an_officer_registers_reads_the_fingerprint_out_and_signs(office: Office, trio: Trio):
    officer, one = Visitor(office, Role.RELEASE_OFFICER), Authenticator(b"a" * 32)
    assert "You have no passkey" in officer.open("/passkeys").text
    shown = registered(officer, one)
    page = officer.open("/passkeys")
    assert shown in page.text
    assert "waits for an administrator" in page.text
    assert shown in Visitor(office, Role.ADMINISTRATOR).open("/people").text
    assert asked(trio, officer).headers["location"] == "/desk"  # by the node's key, as before
    office.service.direct(lambda: passkeys.confirm(office.engine.db, OFFICER, shown))
    office.service.direct(office.engine.rotate)
    assert "published" in officer.open("/passkeys").text

    size = office.log_size()
    begun = asked(trio, officer)
    assert re.fullmatch(r"/signatures/\d+", begun.headers["location"])
    assert office.log_size() == size + 1  # the report alone
    page = officer.ask(begun.headers["location"])
    seen = look(page)
    for said in ("Japan, United States", "analysis", "(C//ORCON/TISA//REL TO JP, US)"):
        assert said in seen.text
    path, fields = answered(page.text, one)
    assert officer.post(path, **fields).headers["location"] == "/desk"
    assert office.log_size() == size + 2
    (approval,) = trio.own("KR", "grant")[-1].says(GrantBody).approvals
    assert approval.passkey is not None
    # It was asked once.
    assert officer.post(path, **fields).status_code == 404
    assert officer.ask(begun.headers["location"]).status_code == 404
    assert trio.settle() == []


@pytest.mark.threat("T29")
def test_an_answer_that_fails_uses_the_question_up(office: Office, trio: Trio):
    officer, one = Visitor(office, Role.RELEASE_OFFICER), Authenticator(b"a" * 32)
    published(office, officer, one)
    begun = asked(trio, officer)
    page = officer.ask(begun.headers["location"]).text
    size = office.log_size()
    path, fields = answered(page, one, "http://localhost:9999")
    failed = officer.post(path, **fields)
    assert failed.status_code == 403
    assert "step 13" in failed.text
    path, fields = answered(page, one)
    assert officer.post(path, **fields).status_code == 404
    assert office.log_size() == size


@pytest.mark.threat("T29")
def test_a_question_is_not_answered_from_another_session(office: Office, trio: Trio):
    officer, one = Visitor(office, Role.RELEASE_OFFICER), Authenticator(b"a" * 32)
    published(office, officer, one)
    page = officer.ask(asked(trio, officer).headers["location"]).text
    path, fields = answered(page, one)
    thief = Visitor(office, Role.RELEASE_OFFICER)  # with the officer's own token
    assert thief.ask(path).status_code == 404
    assert thief.post(path, **fields).status_code == 404
    assert officer.post(path, **fields).status_code == 303


@pytest.mark.threat("T29")
def test_a_stolen_token_grants_nothing_where_a_passkey_is(office: Office, trio: Trio):
    officer, one = Visitor(office, Role.RELEASE_OFFICER), Authenticator(b"a" * 32)
    published(office, officer, one)
    filed = trio.file("KR")
    (source,) = filed.sources()
    given = {
        "portions": [
            {"report": {"speaker": "KR", "index": filed.index}, "portion": source.portion}
        ],
        "audience": ["JP", "US"],
        "purposes": ["analysis"],
    }
    size = office.log_size()
    answer = office.ask(Role.RELEASE_OFFICER, "POST", "/v1/grants", given)
    assert answer.status_code == 403
    assert "has a passkey" in answer.json()["detail"]
    assert office.log_size() == size
    assert office.ask(SECOND, "POST", "/v1/grants", given).status_code == 201


def test_two_officers_sign_one_after_the_other(office: Office, trio: Trio):
    first, second = Visitor(office, Role.RELEASE_OFFICER), Visitor(office, SECOND)
    one, two = Authenticator(b"a" * 32), Authenticator(b"b" * 32, "ES256")
    published(office, first, one)
    published(office, second, two, OFFICERS[1])
    begun = asked(trio, first, marking=marking("SECRET"))
    path, fields = answered(first.ask(begun.headers["location"]).text, one)
    assert first.post(path, **fields).headers["location"] == "/desk"
    desk = second.ask("/desk").text
    (number,) = set(re.findall(r"/pending/(\d+)", desk))
    assert "Sign with your passkey" in desk
    begun = second.post(f"/pending/{number}", do="agree")
    page = second.ask(begun.headers["location"]).text
    assert f"{OFFICER} agreed first" in page
    path, fields = answered(page, two)
    assert second.post(path, **fields).headers["location"] == "/desk"
    approvals = trio.own("KR", "grant")[-1].says(GrantBody).approvals
    assert [one.officer for one in approvals] == list(OFFICERS)
    assert trio.settle() == []


@pytest.mark.parametrize("lang", LANGUAGES)
def test_who_signs_by_hand_is_told_so_in_every_language(office: Office, trio: Trio, lang: str):
    say, filed = Words(lang).say, trio.file("KR")
    officer = Visitor(office, Role.RELEASE_OFFICER, lang)
    before = officer.open(f"/reports/KR/{filed.index}")
    assert say("passkey.node-key") in before.text
    assert say("passkey.sign") not in before.text
    published(office, officer, Authenticator(b"a" * 32))
    after = officer.open(f"/reports/KR/{filed.index}")
    assert say("passkey.sign") in after.text
    assert say("passkey.script") in after.text
    assert say("passkey.node-key") not in after.text
    assert say("passkey.sign-lead") in officer.open(asked(trio, officer).headers["location"]).text


def test_a_refusal_by_the_rules_is_on_record_and_asks_for_no_signature(office: Office, trio: Trio):
    officer, one = Visitor(office, Role.RELEASE_OFFICER), Authenticator(b"a" * 32)
    published(office, officer, one)
    answer = asked(trio, officer, marking=marking(readers=["KR", "US"]))
    assert answer.status_code == 403
    assert trio.own("KR", "refusal")


def test_by_another_address_it_is_said_where_passkeys_work(office: Office):
    officer = Visitor(office, Role.RELEASE_OFFICER)
    assert ORIGIN in officer.open("/passkeys").text  # the client came by testserver.local
    office.service.console_url = None
    assert "a bare address" in officer.open("/passkeys").text
    assert officer.post("/passkeys").status_code == 422


def test_pages_may_use_passkeys_of_their_own_alone(office: Office):
    policy = Visitor(office, Role.RELEASE_OFFICER).ask("/passkeys").headers["permissions-policy"]
    assert "publickey-credentials-get=(self)" in policy
    assert "publickey-credentials-create=(self)" in policy
