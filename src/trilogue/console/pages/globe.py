"""What the globe of a picture page shows, as CZML: of what one coalition would see, or of all.

A page that names what it has (`since`) gets what changed, and nothing when nothing did. The same
session and roles are asked for as for the page, and the same line marks what is sent: it stands in
the document's own packet.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable
from functools import partial

from trilogue.arrangement import Lang
from trilogue.console.access import READERS
from trilogue.console.globe.reel import Made, Reel, Turn
from trilogue.console.page import Data, Visit, page
from trilogue.console.pages.picture import PURPOSE
from trilogue.console.words import Words
from trilogue.errors import InputError
from trilogue.node import catalogue
from trilogue.node.engine import Engine
from trilogue.node.picturing import sources_in

__all__ = ["HANDLERS"]

CZML = "application/json"
MOST = 24
"""Reels kept: every coalition of three in three languages, and some."""
Fill = Callable[[Turn], None]


class EventReels(dict[Hashable, Reel]):
    """The reels of events, by coalition and language; forgotten with the pictures."""


class FlightReels(dict[Hashable, Reel]):
    """The reels of flights."""


@page("GET", "/picture/events.czml", roles=READERS)
async def events_czml(visit: Visit) -> Data:
    """Give the nuclear tests, as one coalition sees them."""
    coalition = _coalition(visit)

    def look(engine: Engine) -> tuple[Reel, tuple[object, ...], str, Fill]:
        from trilogue.console.globe.events import event_sources, put_events
        from trilogue.console.globe.voice import Voice

        pictures = engine.picturing.events(PURPOSE, own_only=False)
        marking = catalogue.banner_of(engine, event_sources(pictures, coalition), visit.lang) or ""
        voice = Voice(Words(visit.lang), visit.named)
        reel = _reel(engine.picturing.beside(EventReels), coalition, visit.lang)
        fill = partial(put_events, pictures=pictures, coalition=coalition, voice=voice)
        return reel, (marking, *pictures), marking, fill

    reel, at, marking, fill = await visit.ask(look)
    return await visit.call.aside(lambda: _shown(reel, visit.query("since"), at, marking, fill))


@page("GET", "/picture/flights.czml", roles=READERS)
async def flights_czml(visit: Visit) -> Data:
    """Give the flights, as one coalition sees them."""
    coalition = _coalition(visit)
    picturing = visit.call.node.engine.picturing
    reel = _reel(picturing.beside(FlightReels), coalition, visit.lang)
    hand = await visit.ask(lambda engine: engine.picturing.in_hand(PURPOSE, own_only=False))
    marking = await visit.ask(
        lambda engine: catalogue.banner_of(engine, sources_in(hand, coalition), visit.lang) or ""
    )

    def fill(turn: Turn) -> None:
        from trilogue.console.globe.flights import put_flights
        from trilogue.console.globe.voice import Voice

        voice = Voice(Words(visit.lang), visit.named)
        put_flights(turn, picturing.flights_of(hand), coalition, voice)

    at = (marking, frozenset(one.holding.portion for one in hand.openings))
    return await visit.call.aside(lambda: _shown(reel, visit.query("since"), at, marking, fill))


def _coalition(visit: Visit) -> tuple[str, ...]:
    """Return whose information is looked at; empty for all that is held. Raises `InputError`."""
    text = visit.query("coalition")
    if not text:
        return ()
    known = visit.call.node.engine.books.addressing().participants
    named = text.split(",")
    for one in named:
        if one not in known:
            raise InputError(f"no participant: {one[:40]!r}", hint=f"one of {', '.join(known)}")
    return tuple(p for p in known if p in named)


def _reel(reels: dict[Hashable, Reel], coalition: tuple[str, ...], lang: Lang) -> Reel:
    if len(reels) >= MOST:
        reels.clear()
    # All threads agree on the first one that was put there.
    return reels.setdefault((coalition, lang), Reel())


def _shown(reel: Reel, since: str, at: tuple[object, ...], marking: str, fill: Fill) -> Data:
    """Bring a reel up to what is seen now, and give what changed. Nothing in hand, nothing new."""
    from trilogue.interop.czml import document

    with reel.lock:
        if not reel.stands_for(at):
            with reel.turn(at) as turn:
                turn.put("document", (marking,), lambda: Made((document("Trilogue", marking),)))
                fill(turn)
        return Data(reel.since(since), CZML, reel.tag)


HANDLERS = (events_czml, flights_czml)
