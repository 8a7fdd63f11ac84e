"""Tokens: random, kept as digests alone, and gone when revoked."""

from __future__ import annotations

import hashlib

import pytest

from trilogue.errors import InputError, NotFoundError
from trilogue.node.problem import UnknownCallerError
from trilogue.node.tokens import Role, check, issue, issued, revoke
from trilogue.store.database import Database, open_database


@pytest.fixture
def db() -> Database:
    return open_database(":memory:")


def test_a_token_says_who_and_in_which_roles(db: Database) -> None:
    token = issue(db, "lee-min", ["watch-officer", "analyst", "analyst"])
    caller = check(db, token)
    assert caller.name == "lee-min"
    assert caller.roles == {Role.ANALYST, Role.WATCH_OFFICER}


@pytest.mark.threat("T03")
def test_tokens_are_32_bytes_and_never_the_same(db: Database) -> None:
    tokens = {issue(db, "feed", [Role.ANALYST]) for _ in range(50)}
    assert len(tokens) == 50
    assert {len(token) for token in tokens} == {43}


@pytest.mark.threat("T03", "T24")
def test_the_store_holds_the_digest_alone(db: Database) -> None:
    token = issue(db, "feed", [Role.ANALYST])
    row = db.q.token_of(hash=hashlib.sha256(token.encode()).digest())
    assert row == {"name": "feed", "roles": "analyst"}
    assert token.encode() not in db._connection.serialize()


@pytest.mark.parametrize("token", ["", "nobody", "é", "\udcff", "a" * 10_000, "\0"])
def test_what_was_never_issued_is_nobody(db: Database, token: str) -> None:
    issue(db, "feed", [Role.ANALYST])
    with pytest.raises(UnknownCallerError):
        check(db, token)


def test_revoking_a_name_shuts_out_all_its_tokens_and_nobody_else(db: Database) -> None:
    gone = [issue(db, "lee-min", [Role.ANALYST]) for _ in range(2)]
    kept = issue(db, "kim-ju", [Role.RELEASE_OFFICER])
    assert revoke(db, "lee-min") == 2
    for token in gone:
        with pytest.raises(UnknownCallerError):
            check(db, token)
    assert check(db, kept).name == "kim-ju"
    assert [(one.name, one.revoked) for one in issued(db)] == [
        ("kim-ju", False),
        ("lee-min", True),
        ("lee-min", True),
    ]
    with pytest.raises(NotFoundError):
        revoke(db, "lee-min")


@pytest.mark.parametrize("name", ["", "a b", "é", "a" * 41, "a/b", "a\n"])
def test_a_name_is_one_that_a_key_can_have(db: Database, name: str) -> None:
    with pytest.raises(InputError, match="letters"):
        issue(db, name, [Role.ANALYST])


def test_a_token_has_known_roles_and_at_least_one(db: Database) -> None:
    with pytest.raises(InputError, match="role"):
        issue(db, "feed", [])
    with pytest.raises(InputError, match="no such role: 'root'"):
        issue(db, "feed", ["root"])
