"""The published log over HTTP: the files of the log and nothing beside them."""

from __future__ import annotations

import pytest
from tests.support.office import open_office
from tests.support.oversight import publish
from tests.support.trio import Trio


@pytest.fixture
def published(trio: Trio) -> Trio:
    """A trio whose logs are published."""
    trio.file("KR")
    trio.settle()
    publish(trio)
    return trio


def test_the_published_log_is_served_to_anybody(published: Trio) -> None:
    folder = published["KR"].directory / "public"
    names = [path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file()]
    assert {"checkpoint", "open", "arrangement/arrangement.toml"} <= set(names)
    assert any(name.startswith("tile/entries/") for name in names)
    with open_office(published, "KR") as office:
        for name in names:
            answer = office.ask(None, "GET", f"/log/{name}")
            assert answer.status_code == 200, name
            assert answer.content == (folder / name).read_bytes()


@pytest.mark.parametrize(
    ("name", "kind", "cached"),
    [
        ("checkpoint", "text/plain; charset=utf-8", "no-cache"),
        ("open", "application/x-ndjson", "no-cache"),
        ("arrangement/rules.cedar", "text/plain; charset=utf-8", "no-cache"),
        ("arrangement/roots/KR.vkeys", "text/plain; charset=utf-8", "no-cache"),
        ("tile/0/000.p/{size}", "application/octet-stream", "immutable"),
        ("tile/entries/000.p/{size}", "application/octet-stream", "immutable"),
    ],
)
def test_each_file_says_what_it_is_and_how_long_it_keeps(
    published: Trio, name: str, kind: str, cached: str
) -> None:
    checkpoint = (published["KR"].directory / "public" / "checkpoint").read_text()
    name = name.format(size=checkpoint.splitlines()[1])
    with open_office(published, "KR") as office:
        answer = office.ask(None, "GET", f"/log/{name}")
    assert answer.headers["content-type"] == kind
    assert cached in answer.headers["cache-control"]


@pytest.mark.parametrize(
    "name",
    [
        "",
        "%2e%2e/store.sqlite",
        "..%2fstore.sqlite",
        "tile/..%2f..%2f..%2fstore.sqlite",
        "%2fetc%2fpasswd",
        "arrangement/..%2f..%2fvault.bin",
        "arrangement/rules.cedar.new",
        "arrangement/.hidden",
        "checkpoint%00",
        "checkpoint%0a",
        "tile/0/1",
        "tile/0/x000/000",
        "keys/root.json",
        "a" * 5000,
        "tile/0/999",
    ],
)
def test_nothing_else_is_served(published: Trio, name: str) -> None:
    with open_office(published, "KR") as office:
        answer = office.ask(None, "GET", f"/log/{name}")
    assert answer.status_code == 404
    assert answer.headers["content-type"] == "application/problem+json"
