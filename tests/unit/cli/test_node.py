"""`trilogue node` on a node's own directory."""

import json
import os
import socket
import sqlite3

import msgspec
import pytest

from trilogue.cli.commands.token import ROLES
from trilogue.console import create_app
from trilogue.node.lock import NodeLock
from trilogue.node.settings import Settings
from trilogue.node.tokens import Role, check
from trilogue.store.database import open_database


def join(run, three, who, *more, code=0):
    others = [name for name in ("KR", "US", "JP") if name != who]
    cards = [part for name in others for part in ("--card", three / name / "card.json")]
    return run(
        "node", "join", three / who, "--arrangement", three / "tisa", *cards, *more, code=code
    )


def test_init_says_how_to_go_on(run, tmp_path):
    done = run(
        "node", "init", tmp_path / "kr", "--participant", "KR", "--of", "tisa-2014",
        "--officer", "kim", "--api", "127.0.0.1:9999",
    )  # fmt: skip
    for step in ("card.json", "draw-up", "node join", "node up", "arrangement adopt"):
        assert step in done.stdout
    assert "http://127.0.0.1:9999" in done.stdout
    assert (tmp_path / "kr" / "tokens" / "kim").exists()


def test_init_refuses_what_does_not_fit_and_makes_nothing(run, tmp_path):
    done = run("node", "init", tmp_path / "fr", "--participant", "FR", "--of", "tisa-2014", code=2)
    assert "'FR' is no participant of tisa-2014" in done.stderr
    done = run(
        "node", "init", tmp_path / "kr", "--participant", "KR", "--of", "tisa-2014",
        "--api", "0.0.0.0:7201", code=2,
    )  # fmt: skip
    assert "beyond this machine" in done.stderr
    assert list(tmp_path.iterdir()) == []


def test_join_says_what_is_still_missing(run, three):
    done = run("node", "join", three / "KR", "--arrangement", three / "tisa")
    assert "the keys of nobody" in done.stdout
    assert "Still missing: the cards of US, JP" in done.stdout
    assert "Still missing: the addresses of US" in done.stdout
    done = join(run, three, "KR", "--peer", "US=127.0.0.1:7102")
    assert "the keys of US, JP" in done.stdout
    assert "Still missing" not in done.stdout
    assert Settings.read(three / "KR").peers == {"US": "127.0.0.1:7102"}


def test_join_refuses_a_peer_without_a_pact(run, three):
    done = join(run, three, "KR", "--peer", "JP=127.0.0.1:7103", code=2)
    assert "no pact stands between them" in done.stderr


def test_join_refuses_a_card_of_somebody_else(run, three):
    run("node", "init", three / "false", "--participant", "US", "--of", "tisa-2014")
    done = run(
        "node", "join", three / "KR", "--arrangement", three / "tisa",
        "--card", three / "false" / "card.json", code=1,
    )  # fmt: skip
    assert "US's root" in done.stderr
    assert "1 of the acceptance steps" in done.stderr


def test_status_of_a_node_that_does_not_run(run, three):
    join(run, three, "KR")
    done = run("node", "status", three / "KR", code=4)
    assert "Not in force" in done.stdout
    assert "own log      1 entries" in done.stdout
    found = json.loads(run("node", "status", three / "KR", "--json", code=4).stdout)
    assert found["participant"] == "KR"
    assert found["force"]["in_force"] is False
    korean = json.loads(
        run("node", "status", three / "KR", "--json", "--lang", "ko", code=4).stdout
    )
    assert korean["force"]["reason"] != found["force"]["reason"]


def test_status_looks_into_a_node_that_runs(run, three):
    with NodeLock(three / "KR"):
        done = run("node", "status", three / "KR", code=4)
    assert f"process {os.getpid()}" in done.stdout
    assert "own log      1 entries" in done.stdout


def test_status_says_what_to_do(run, three):
    done = run("node", "status", three / "KR", code=4)
    assert "1. Nothing moves" in done.stdout
    assert "`trilogue node join`" in done.stdout
    join(run, three, "KR", "--peer", "US=127.0.0.1:7102")
    done = run("node", "status", three / "KR", code=4)
    assert "`trilogue arrangement adopt`, if your side agrees" in done.stdout
    assert "US" in done.stdout


def test_a_halted_node_is_told_by_the_exit_code(run, three):
    with sqlite3.connect(three / "KR" / "store.sqlite") as connection:
        connection.execute(
            "INSERT INTO fork (speaker, size, first, second, note, noticed)"
            " VALUES ('US', 7, x'00', x'01', '', '2026-11-23T06:00:00.000Z')"
        )
    connection.close()
    assert "US's log forked at size 7" in run("node", "status", three / "KR", code=5).stdout


@pytest.mark.parametrize(
    "command", [("rebuild",), ("rotate-keys",), ("join", "--arrangement", "tisa")]
)
def test_what_opens_a_directory_refuses_while_the_node_runs(run, three, command):
    verb, *more = [str(three / part) if part == "tisa" else part for part in command]
    with NodeLock(three / "KR"):
        done = run("node", verb, three / "KR", *more, code=5)
    assert "in use by process" in done.stderr
    assert "--node URL" in done.stderr


@pytest.mark.parametrize("verb", ["status", "rebuild", "rotate-keys", "up"])
def test_where_there_is_no_node_nothing_is_made(run, tmp_path, verb):
    done = run("node", verb, tmp_path / "nowhere", code=3)
    assert "no node in" in done.stderr
    assert not (tmp_path / "nowhere").exists()


@pytest.mark.parametrize("setting", ["listen", "api"])
def test_a_port_that_is_taken_is_named(run, three, setting):
    with socket.create_server(("127.0.0.1", 0)) as taken:
        address = f"127.0.0.1:{taken.getsockname()[1]}"
        settings = Settings.read(three / "KR")
        msgspec.structs.replace(settings, **{setting: address}).write()
        done = run("node", "up", three / "KR", code=5)
    assert f"{setting}: nobody can listen at {address}" in done.stderr
    assert f"change `{setting}` in node.toml" in done.stderr


def test_up_serves_the_node_with_its_api(run, three, monkeypatch):
    served = []
    monkeypatch.setattr("trilogue.node.serving.serve", lambda *given, **_: served.append(given))
    settings = Settings.read(three / "KR")
    msgspec.structs.replace(settings, listen="127.0.0.1:0", api="127.0.0.1:0").write()
    done = run("node", "up", three / "KR")
    assert "KR's node: neighbours at 127.0.0.1:0" in done.stderr
    assert "KR's node has stopped" in done.stderr
    assert run("node", "up", three / "KR", "--quiet").stderr == ""
    assert served == [(three / "KR", create_app)] * 2


def test_rebuild_proves_a_store_and_sets_it_right(run, three):
    join(run, three, "KR")
    done = run("node", "rebuild", three / "KR")
    assert "3 statements hold, 1 of them" in done.stdout
    assert "No state table differed" in done.stdout
    with sqlite3.connect(three / "KR" / "store.sqlite") as connection:
        connection.execute(
            "INSERT INTO cited (to_speaker, to_idx, kind, speaker, idx)"
            " VALUES ('US', 0, 'grant', 'KR', 0)"
        )
    connection.close()
    assert "cited: 1 rows differed" in run("node", "rebuild", three / "KR", code=1).stdout
    found = json.loads(run("node", "rebuild", three / "KR", "--json").stdout)
    assert found["differences"]["cited"] == 0


def test_a_damaged_store_is_unavailable(run, three):
    with sqlite3.connect(three / "KR" / "store.sqlite") as connection:
        connection.execute("UPDATE checkpoint SET root = zeroblob(32)")
    connection.close()
    done = run("node", "rebuild", three / "KR", code=5)
    assert "the store is damaged" in done.stderr
    assert "restore it from a backup" in done.stderr


def test_backup_and_restore(run, three):
    done = run("node", "backup", three / "KR", three / "kr.tar")
    assert "kr.tar.vault" in done.stdout
    done = run("node", "restore", three / "kr.tar", three / "again")
    assert "None may have seen more than 1 entries" in done.stdout
    told = run("node", "status", three / "again", code=5).stdout
    assert "own log      1 entries" in told
    assert "US has not said yet how much of its log it has seen" in told
    done = run("node", "restore", three / "kr.tar", three / "more", "--seen", 2, code=2)
    assert "others have seen 2" in done.stderr
    assert not (three / "more").exists()


def test_restore_wants_the_vault_or_a_word_about_it(run, three):
    run("node", "backup", three / "KR", three / "kr.tar")
    (three / "kr.tar.vault").rename(three / "elsewhere")
    assert "kr.tar.vault" in run("node", "restore", three / "kr.tar", three / "a", code=3).stderr
    run("node", "restore", three / "kr.tar", three / "a", "--vault", three / "elsewhere")
    run("node", "restore", three / "kr.tar", three / "b", "--without-vault")
    done = run(
        "node", "restore", three / "kr.tar", three / "c",
        "--without-vault", "--vault", three / "elsewhere", code=2,
    )  # fmt: skip
    assert "exclude each other" in done.stderr


def test_rotate_keys_publishes_new_ones_and_new_officers(run, three):
    done = run("node", "rotate-keys", three / "KR", "--add-officer", "pak")
    assert "Keys number 1 are in use, published as entry 1" in done.stdout
    done = run("node", "rotate-keys", three / "KR", "--add-officer", "pak", code=2)
    assert "already" in done.stderr


# Tokens.


def test_the_roles_are_those_of_the_node():
    assert tuple(Role) == ROLES


def test_a_token_is_shown_once_or_written_to_a_file(run, three):
    shown = run("node", "token", "issue", three / "KR", "pak", "--role", "auditor").stdout.strip()
    file = three / "pak.token"
    done = run(
        "node", "token", "issue", three / "KR", "pak", "--role", "analyst", "--role",
        "watch-officer", "-o", file,
    )  # fmt: skip
    assert file.read_text().strip() not in done.stdout
    assert file.stat().st_mode & 0o777 == 0o600
    db = open_database(str(three / "KR" / "store.sqlite"))
    assert check(db, shown).roles == {Role.AUDITOR}
    assert check(db, file.read_text().strip()).roles == {Role.ANALYST, Role.WATCH_OFFICER}
    db.close()
    done = run(
        "node", "token", "issue", three / "KR", "pak", "--role", "auditor", "-o", file, code=2
    )
    assert "exists already" in done.stderr


def test_tokens_are_listed_and_revoked_while_the_node_runs(run, three):
    with NodeLock(three / "KR"):
        assert (
            "1 token of kim revoked" in run("node", "token", "revoke", three / "KR", "kim").stdout
        )
        listed = json.loads(run("node", "token", "list", three / "KR", "--json").stdout)
    assert {one["name"]: one["revoked"] for one in listed} == {
        "administrator": False,
        "kim": True,
        "lee": False,
    }
    assert (
        "kim            analyst, release-officer  token        revoked"
        in run("node", "token", "list", three / "KR").stdout
    )
    done = run("node", "token", "revoke", three / "KR", "nobody", code=3)
    assert "'nobody'" in done.stderr


def test_a_token_of_nowhere(run, tmp_path):
    run("node", "token", "list", tmp_path / "nowhere", code=3)
    assert not (tmp_path / "nowhere").exists()
