"""Locations: where an auditor finds published files, a folder or an address on the web.

A file that is not there is a `NotFoundError`, for the audit to judge; a location that cannot be
reached is an `UnavailableError`, and says nothing about the log.
"""

from __future__ import annotations

import time
from collections.abc import Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from http import HTTPStatus
from pathlib import Path
from typing import Protocol
from urllib.error import HTTPError, URLError
from urllib.parse import urlsplit
from urllib.request import Request, urlopen

from trilogue.errors import FormatError, InputError, NotFoundError, UnavailableError

__all__ = ["MOST_BYTES", "Location", "open_location"]

MOST_BYTES = 32 << 20
"""Largest file that is read: a full entry bundle has at most 16 MiB and 512 bytes."""

_AHEAD = 8
_TRIES = 3
_PATIENCE = 30.0


class Location(Protocol):
    """Published files under one name."""

    name: str

    def read(self, path: str) -> bytes:
        """Return a file. Raises `NotFoundError`, `UnavailableError`, or `FormatError` (size)."""
        ...

    def expect(self, paths: Iterable[str]) -> None:
        """Say which files will be asked for, in order. They may be more than there are."""
        ...

    def close(self) -> None:
        """End what is still under way."""
        ...


def open_location(name: str) -> Location:
    """Return the location of a name: a URL (http or https) or a folder. Raises `InputError`."""
    scheme = urlsplit(name).scheme if "://" in name else ""
    if scheme in ("http", "https"):
        return _Web(name)
    if scheme:
        raise InputError(f"{name}: {scheme} is not read", hint="http, https or a folder")
    return _Folder(name)


class _Folder:
    """Files below a folder of this machine."""

    def __init__(self, name: str) -> None:
        self.name = name
        if not Path(name).is_dir():
            raise InputError(f"{name} is no folder and no URL")

    def read(self, path: str) -> bytes:
        """Return a file."""
        try:
            with (Path(self.name) / path).open("rb") as file:
                return _bounded(file.read(MOST_BYTES + 1), path)
        except (FileNotFoundError, NotADirectoryError, IsADirectoryError) as error:
            raise NotFoundError(f"{path} is not published") from error

    def expect(self, paths: Iterable[str]) -> None:
        """Nothing is to be prepared."""

    def close(self) -> None:
        """Nothing is under way."""


class _Web:
    """Files below a URL; those that are expected are fetched ahead, a few at a time."""

    def __init__(self, name: str) -> None:
        self.name = name
        self._pool = ThreadPoolExecutor(_AHEAD)
        self._coming: Iterator[str] = iter(())
        self._ahead: dict[str, Future[bytes]] = {}

    def read(self, path: str) -> bytes:
        """Return a file."""
        future = self._ahead.pop(path, None)
        data = self._fetch(path) if future is None else future.result()
        self._look_ahead()
        return data

    def expect(self, paths: Iterable[str]) -> None:
        """Begin to fetch."""
        self._coming = iter(paths)
        self._look_ahead()

    def close(self) -> None:
        """End what is still under way."""
        self._pool.shutdown(wait=False, cancel_futures=True)

    def _look_ahead(self) -> None:
        while len(self._ahead) < _AHEAD:
            path = next(self._coming, None)
            if path is None:
                return
            self._ahead[path] = self._pool.submit(self._fetch, path)

    def _fetch(self, path: str) -> bytes:
        url = f"{self.name.rstrip('/')}/{path}"
        for again in range(_TRIES):
            try:
                # The scheme is http or https: `open_location` sees to that.
                with urlopen(Request(url), timeout=_PATIENCE) as answer:  # noqa: S310
                    data: bytes = answer.read(MOST_BYTES + 1)
                return _bounded(data, path)
            except HTTPError as error:
                error.close()
                if error.code in (HTTPStatus.NOT_FOUND, HTTPStatus.GONE):
                    raise NotFoundError(f"{path} is not published") from error
                if error.code < HTTPStatus.INTERNAL_SERVER_ERROR or again + 1 == _TRIES:
                    raise UnavailableError(f"{url} answers {error.code}") from error
            except (URLError, OSError) as error:
                if again + 1 == _TRIES:
                    raise UnavailableError(f"{url} cannot be reached: {error}") from error
            time.sleep(0.2 * 4**again)
        raise AssertionError("every last try returns or raises")


def _bounded(data: bytes, path: str) -> bytes:
    if len(data) > MOST_BYTES:
        raise FormatError(f"{path} has more than {MOST_BYTES} bytes")
    return data
