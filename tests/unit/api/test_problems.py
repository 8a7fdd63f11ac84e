"""Errors over HTTP: each class has its status, and nothing unforeseen says more than it should."""

from __future__ import annotations

import importlib
import logging
import pkgutil
from collections.abc import Iterator

import pytest
from tests.support.office import Office

import trilogue
from trilogue.api.problems import STATUS, status_of
from trilogue.errors import TrilogueError, UnavailableError
from trilogue.node.problem import TOLD


def all_errors(kind: type[TrilogueError] = TrilogueError) -> Iterator[type[TrilogueError]]:
    yield kind
    for below in kind.__subclasses__():
        yield from all_errors(below)


def test_every_class_that_is_told_has_a_status_of_its_own() -> None:
    assert set(STATUS) == set(TOLD.values())


def test_no_error_of_ours_is_told_as_one_that_was_not_foreseen() -> None:
    for module in pkgutil.walk_packages(trilogue.__path__, "trilogue."):
        if ".cli" not in module.name and "__main__" not in module.name:
            importlib.import_module(module.name)
    # What a command line raises for itself no node tells.
    found = {kind for kind in all_errors() if not kind.__module__.startswith("trilogue.cli")}
    assert len(found) > len(STATUS)
    for kind in found:
        assert status_of(kind) != 500
        nearest = next(base for base in kind.__mro__ if base in STATUS)
        assert kind is TrilogueError or nearest is not TrilogueError, f"{kind} is not mapped"


def test_what_is_not_foreseen_is_logged_and_told_without_its_text(
    office: Office, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def fail() -> None:
        raise ZeroDivisionError("the secret name is Rumpelstiltskin")

    monkeypatch.setattr(office.engine.db.q, "last_position", fail)
    with caplog.at_level(logging.ERROR):
        answer = office.ask("analyst", "GET", "/v1/status")
    assert answer.status_code == 500
    assert answer.headers["content-type"] == "application/problem+json"
    assert "Rumpelstiltskin" not in answer.text
    assert "Rumpelstiltskin" in caplog.text


def test_a_node_that_cannot_log_says_so_and_when_to_come_back(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full() -> None:
        raise UnavailableError("the vault cannot be written: the disk is full")

    monkeypatch.setattr(office.engine.vault, "flush", full)
    answer = office.ask("administrator", "POST", "/v1/arrangement/suspension", {"reason": "x"})
    assert answer.status_code == 503
    assert answer.headers["retry-after"] == "1"
    assert answer.json()["type"] == "urn:trilogue:error:unavailable"
    assert "disk is full" in office.get("analyst", "/v1/status")["halted"]


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("GET", "/v2/status", 404),
        ("POST", "/v1/status", 405),
        ("DELETE", "/v1/reports", 405),
        ("GET", "/v1/reports/KR", 404),
    ],
)
def test_paths_and_methods_that_are_not_there_are_problems_too(
    office: Office, method: str, path: str, status: int
) -> None:
    answer = office.ask("analyst", method, path)
    assert answer.status_code == status
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.json()["status"] == status
