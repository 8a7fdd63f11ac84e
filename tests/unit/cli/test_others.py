"""`trilogue audit` and `trilogue demo`: what is typed reaches the rooms that do the work."""

from pathlib import Path

import pytest


@pytest.mark.parametrize("code", [0, 1, 2])
def test_audit_hands_everything_on_and_exits_as_it_ends(run, monkeypatch, tmp_path, code):
    given = {}

    def audit(locations, **more):
        given.update(more, locations=locations)
        return code

    monkeypatch.setattr("trilogue.cli.audit.run", audit)
    run(
        "audit", "kr", "http://us.example/log", "--arrangement", "tisa", "--root", "KR=kr.vkeys",
        "--state", tmp_path / "state.json", "--at", "2026-11-23", "--json", code=code,
    )  # fmt: skip
    assert given == {
        "locations": ("kr", "http://us.example/log"),
        "arrangement": "tisa",
        "roots": ("KR=kr.vkeys",),
        "state": tmp_path / "state.json",
        "at": "2026-11-23T00:00:00.000Z",
        "json": True,
    }


def test_an_audit_of_nothing_is_wrong_use(run):
    assert "Missing argument" in run("audit", code=2).stderr


def test_an_audit_of_what_is_no_log_cannot_be_read(run, tmp_path):
    assert run("audit", tmp_path, code=2).stderr


@pytest.mark.parametrize("code", [0, 1])
def test_demo_hands_everything_on_and_exits_as_it_ends(run, monkeypatch, tmp_path, code):
    given = []

    def demo(out, *, serve):
        given.append((out, serve))
        return code

    monkeypatch.setattr("trilogue.cli.demo.run", demo)
    run("demo", code=code)
    run("demo", "--out", tmp_path, "--serve", code=code)
    assert given == [(Path("demo-out"), False), (tmp_path, True)]
