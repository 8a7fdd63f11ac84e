"""The picture: what this participant sees now, by coalition, in tables that anybody can read.

Nuclear tests stand on one page and missile flights on another: following those takes longer.
Each estimate is given with its uncertainty, and beside what fewer participants would see.
"""

from __future__ import annotations

from itertools import chain

from trilogue.api.parameters import ForPurpose
from trilogue.api.shapes import event_entry, raid_entry
from trilogue.console.access import READERS
from trilogue.console.page import View, Visit, page
from trilogue.node import catalogue
from trilogue.node.engine import Engine

__all__ = ["HANDLERS"]

PURPOSE = ForPurpose().purpose


@page("GET", "/picture", roles=READERS)
async def events(visit: Visit) -> View:
    """Show where each event was, as each coalition sees it."""

    def look(engine: Engine) -> View:
        found = [event_entry(one) for one in engine.picturing.events(PURPOSE, own_only=False)]
        sources = chain.from_iterable(one.sources for one in found)
        return View(
            "events.html",
            {"events": found[::-1]},
            live=("picture",),
            marking=catalogue.banner_of(engine, sources, visit.lang),
        )

    return await visit.ask(look)


@page("GET", "/picture/flights", roles=READERS)
async def flights(visit: Visit) -> View:
    """Show each flight, as each coalition sees it."""
    picturing = visit.call.node.engine.picturing
    hand = await visit.ask(lambda engine: engine.picturing.in_hand(PURPOSE, own_only=False))
    raids = await visit.call.aside(lambda: [raid_entry(one) for one in picturing.flights_of(hand)])
    sources = [
        source
        for raid in raids
        for coalition in raid.coalitions
        for flight in coalition.flights
        for source in flight.sources
    ]
    marking = await visit.ask(lambda engine: catalogue.banner_of(engine, sources, visit.lang))
    return View("flights.html", {"raids": raids[::-1]}, marking=marking, live=("picture",))


HANDLERS = (events, flights)
