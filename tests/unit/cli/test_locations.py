"""Locations: what is not there, what is too large, and who does not answer."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from trilogue.cli.auditing import locations
from trilogue.cli.auditing.locations import open_location
from trilogue.errors import FormatError, InputError, NotFoundError, UnavailableError


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch) -> Iterator[ThreadingHTTPServer]:
    """A server that answers `/<status>` so, and `/busy` twice with 503 before it answers."""
    monkeypatch.setattr(locations.time, "sleep", lambda _: None)
    with ThreadingHTTPServer(("127.0.0.1", 0), _Answers) as made:
        made.asked = []  # type: ignore[attr-defined]
        thread = threading.Thread(target=made.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        yield made
        made.shutdown()
        thread.join()


class _Answers(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        asked = self.server.asked  # type: ignore[attr-defined]
        asked.append(self.path)
        name = self.path.rpartition("/")[2]
        status = int(name) if name.isdecimal() else 200
        if name == "busy" and asked.count(self.path) < 3:
            status = 503
        self.send_response(status)
        self.end_headers()
        if status == 200:
            self.wfile.write(name.encode() * 3)

    def log_message(self, *args: object) -> None:
        pass


def at(server: ThreadingHTTPServer) -> str:
    return f"http://127.0.0.1:{server.server_port}/log/"


def test_a_folder(tmp_path: Path):
    (tmp_path / "tile").mkdir()
    (tmp_path / "open").write_bytes(b"{}")
    folder = open_location(str(tmp_path))
    assert folder.read("open") == b"{}"
    for path in ("checkpoint", "tile", "open/none"):
        with pytest.raises(NotFoundError, match="is not published"):
            folder.read(path)


@pytest.mark.parametrize("name", ["nowhere", "ftp://example.org", "file:///etc"])
def test_what_is_no_location(name: str, tmp_path: Path):
    with pytest.raises(InputError):
        open_location(str(tmp_path / name) if "://" not in name else name)


def test_a_file_that_is_too_large(
    tmp_path: Path, server: ThreadingHTTPServer, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(locations, "MOST_BYTES", 10)
    (tmp_path / "open").write_bytes(bytes(11))
    with pytest.raises(FormatError, match="more than 10 bytes"):
        open_location(str(tmp_path)).read("open")
    with pytest.raises(FormatError, match="more than 10 bytes"):
        open_location(at(server)).read("checkpoint")


def test_the_web(server: ThreadingHTTPServer):
    location = open_location(at(server))
    assert location.read("open") == b"openopenopen"
    for status in ("404", "410"):
        with pytest.raises(NotFoundError):
            location.read(status)
    for status in ("403", "500"):
        with pytest.raises(UnavailableError, match=f"answers {status}"):
            location.read(status)
    location.close()


def test_a_busy_server_is_asked_again(server: ThreadingHTTPServer):
    assert open_location(at(server)).read("busy") == b"busy" * 3
    with pytest.raises(UnavailableError):
        open_location(at(server)).read("503")
    assert server.asked.count("/log/503") == 3  # type: ignore[attr-defined]
    with pytest.raises(UnavailableError):
        open_location(at(server)).read("403")
    assert server.asked.count("/log/403") == 1, "a refusal is final"  # type: ignore[attr-defined]


def test_nobody_there():
    with pytest.raises(UnavailableError, match="cannot be reached"):
        open_location("http://127.0.0.1:9").read("checkpoint")


def test_what_is_expected_is_fetched_ahead_and_not_without_end(server: ThreadingHTTPServer):
    """The paths may be more than there will ever be."""
    location = open_location(at(server))
    location.expect(f"p{n}" for n in range(10**15))
    for n in range(20):
        assert location.read(f"p{n}") == f"p{n}".encode() * 3
    assert location.read("other") == b"other" * 3
    location.close()
    asked = server.asked  # type: ignore[attr-defined]
    assert len(asked) == len(set(asked)) <= 20 + 8 + 1
