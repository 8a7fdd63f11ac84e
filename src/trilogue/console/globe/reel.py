"""A reel: the packets of one document, numbered, so that whoever has the older ones gets the new.

    with reel.turn(at) as turn:
        turn.put("flight/1", key, make)       `make` is called where the key changed
    reel.tag                                  names what stands in it now
    reel.since(tag)                           the packets that changed since, those gone as such

A packet that changed is taken away first: CesiumJS would add its samples to the older ones.
"""

from __future__ import annotations

import secrets
import threading
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import msgspec

__all__ = ["Made", "Reel", "Turn"]

Packet = dict[str, Any]

_ENCODER = msgspec.json.Encoder()
MOST_GONE = 10_000
"""Packets remembered as gone; with more, everybody gets all of them anew."""


@dataclass(frozen=True)
class Made:
    """Packets that belong together, and what else is to be known of them."""

    packets: tuple[Packet, ...]
    about: Any = None


@dataclass
class _Group:
    key: tuple[Any, ...]
    names: tuple[str, ...]
    about: Any


class Reel:
    """The packets of one document."""

    def __init__(self) -> None:
        self.lock = threading.Lock()
        """Held for a turn and for what is read after it."""
        self._at: tuple[object, ...] | None = None
        self._begin()

    def _begin(self) -> None:
        self._name = secrets.token_urlsafe(9)
        self._number = 0
        self._groups: dict[str, _Group] = {}
        self._packets: dict[str, tuple[int, bytes]] = {}
        self._gone: dict[str, int] = {}

    @property
    def tag(self) -> str:
        """Name what stands in it now."""
        return f"{self._name}.{self._number}"

    def stands_for(self, at: tuple[object, ...]) -> bool:
        """Say whether it was last made from the same; parts are compared as those of keys are."""
        return self._at is not None and _same(self._at, at)

    @contextmanager
    def turn(self, at: tuple[object, ...] | None = None) -> Iterator[Turn]:
        """Put in all that it is to hold; what is not put in is gone afterwards.

        `at` is what it is made from.
        """
        if len(self._gone) > MOST_GONE:
            self._begin()
        turn = Turn(self._groups)
        yield turn
        number, changed = self._number + 1, False
        for name in self._groups.keys() - turn.groups.keys():
            turn.lost += self._groups[name].names
        self._groups = turn.groups
        fresh = turn.fresh
        for name in set(turn.lost) - fresh.keys():
            del self._packets[name]
            self._gone[name] = number
            changed = True
        for name, packet in fresh.items():
            if name not in self._packets or self._packets[name][1] != packet:
                self._packets[name] = number, packet
                self._gone.pop(name, None)
                changed = True
        self._number += changed
        self._at = at

    def since(self, tag: str) -> bytes:
        """Return a document: what changed since a tag, or all where it is not one of ours."""
        name, _, text = tag.partition(".")
        ours = name == self._name and text.isascii() and text.isdecimal() and len(text) < 16
        after = min(int(text), self._number) if ours else -1
        return b"[" + b",".join(self._after(after)) + b"]"

    def _after(self, after: int) -> Iterator[bytes]:
        document = self._packets.get("document")
        if document is not None:
            yield document[1]
        gone = [name for name, number in self._gone.items() if number > after >= 0]
        changed = [
            (name, packet)
            for name, (number, packet) in self._packets.items()
            if number > after and name != "document"
        ]
        if after >= 0:
            for name in (*gone, *(name for name, _ in changed)):
                yield msgspec.json.encode({"id": name, "delete": True})
        yield from (packet for _, packet in changed)


class Turn:
    """One time round: what the reel is to hold."""

    def __init__(self, before: dict[str, _Group]) -> None:
        self._before = before
        self.groups: dict[str, _Group] = {}
        self.fresh: dict[str, bytes] = {}
        self.lost: tuple[str, ...] = ()

    def put(self, name: str, key: Iterable[object], make: Callable[[], Made]) -> Any:
        """Put a group of packets in, made anew only where its key is another; return its `about`.

        Parts of a key are the same when they are the same object, or equal numbers or text.
        """
        key = tuple(key)
        known = self._before.get(name)
        if known is None or not _same(known.key, key):
            made = make()
            names = tuple(packet["id"] for packet in made.packets)
            if known is not None:
                self.lost += tuple(one for one in known.names if one not in names)
            known = _Group(key, names, made.about)
            # Written out at once, a packet is no more than its bytes: thousands may be made. A line
            # break cannot stand in one (RFC 8259, section 7).
            written = _ENCODER.encode_lines(made.packets).splitlines()
            self.fresh.update(zip(names, written, strict=True))
        self.groups[name] = known
        return known.about


def _same(a: tuple[object, ...], b: tuple[object, ...]) -> bool:
    return len(a) == len(b) and all(
        x is y or (isinstance(x, str | int | float | bytes | frozenset) and x == y)
        for x, y in zip(a, b, strict=True)
    )
