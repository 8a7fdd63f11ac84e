"""The picture: what this participant sees now, by coalition, in tables that anybody can read.

Nuclear tests stand on one page and missile flights on another: following those takes longer.
Each estimate is given with its uncertainty, and beside what fewer participants would see.
A globe above the tables shows the same where there is script (`pages/globe.py`).
"""

from __future__ import annotations

from itertools import chain
from typing import TYPE_CHECKING

from trilogue.api.parameters import ForPurpose
from trilogue.api.shapes import event_entry, raid_entry
from trilogue.console.access import READERS
from trilogue.console.page import View, Visit, page
from trilogue.node import catalogue
from trilogue.node.answers import RaidEntry
from trilogue.node.engine import Engine
from trilogue.node.picturing import sources_in

if TYPE_CHECKING:
    # Numerics are heavy: a node starts without them.
    from trilogue.console.globe.flights import SensorRow

__all__ = ["HANDLERS", "PURPOSE"]

PURPOSE = ForPurpose().purpose
GLOBE = {"worker-src": "'self'"}
"""CesiumJS makes its surfaces in workers, of this node's own files."""


@page("GET", "/picture", roles=READERS)
async def events(visit: Visit) -> View:
    """Show where each event was, as each coalition sees it."""

    def look(engine: Engine) -> View:
        found = [event_entry(one) for one in engine.picturing.events(PURPOSE, own_only=False)]
        sources = chain.from_iterable(one.sources for one in found)
        seen = {tuple(one["coalition"]) for event in found for one in event.estimates}
        return View(
            "events.html",
            {"events": found[::-1], "coalitions": _ordered(seen, engine)},
            live=("picture", "globe-coalitions"),
            marking=catalogue.banner_of(engine, sources, visit.lang),
            scripts=("globe",),
            allows=GLOBE,
        )

    return await visit.ask(look)


@page("GET", "/picture/flights", roles=READERS)
async def flights(visit: Visit) -> View:
    """Show each flight, as each coalition sees it."""
    picturing = visit.call.node.engine.picturing
    hand = await visit.ask(lambda engine: engine.picturing.in_hand(PURPOSE, own_only=False))

    def look() -> list[tuple[RaidEntry, list[SensorRow]]]:
        from trilogue.console.globe.flights import sensor_rows

        return [(raid_entry(one), sensor_rows(one)) for one in picturing.flights_of(hand)]

    raids = await visit.call.aside(look)
    # The globe shows plots of no flight, too.
    marking = await visit.ask(
        lambda engine: catalogue.banner_of(engine, sources_in(hand), visit.lang)
    )
    seen = {one.coalition for raid, _ in raids for one in raid.coalitions}
    return View(
        "flights.html",
        {"raids": raids[::-1], "coalitions": _ordered(seen, visit.call.node.engine)},
        marking=marking,
        live=("picture", "globe-coalitions"),
        scripts=("globe",),
        allows=GLOBE,
    )


def _ordered(coalitions: set[tuple[str, ...]], engine: Engine) -> list[tuple[str, ...]]:
    """Return coalitions, the smaller ones first, otherwise as the arrangement has them."""
    order = engine.books.addressing().participants
    return sorted(coalitions, key=lambda one: (len(one), [order.index(p) for p in one]))


HANDLERS = (events, flights)
