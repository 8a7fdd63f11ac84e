"""The picture: what this participant may see now, by coalition, and filing an estimate of it."""

from __future__ import annotations

from trilogue.api.call import Call
from trilogue.api.operation import operation
from trilogue.api.parameters import ForPurpose
from trilogue.api.shapes import event_entry, raid_entry, submitted
from trilogue.errors import ConsentError, InputError, NotFoundError, NotInForceError, RefusedError
from trilogue.node.answers import FlightsAnswer, PictureAnswer
from trilogue.node.engine import Engine
from trilogue.node.filed import Submitted
from trilogue.node.inputs import FilingInput, FlightFilingInput
from trilogue.node.repeats import Reply

__all__ = ["HANDLERS"]


@operation(
    "GET", "/v1/picture/events", gives={200: PictureAnswer}, raises=(InputError,), draws=True
)
async def picture(call: Call, query: ForPurpose) -> PictureAnswer:
    """Locate the events in all arrivals that may be read now, once for each coalition.

    A coalition is some of the participants whose readings are here; the last one is all of them.
    `readings` `own` leaves out what others shared: what this participant would see alone. What
    there is no live grant for changes nothing.
    """

    def question(engine: Engine) -> PictureAnswer:
        events = engine.picturing.events(query.purpose, own_only=query.readings == "own")
        return PictureAnswer(events=tuple(map(event_entry, events)))

    return await call.ask(question)


@operation(
    "POST",
    "/v1/picture/filings",
    gives={201: Submitted},
    raises=(ConsentError, InputError, NotFoundError, NotInForceError, RefusedError),
    once=True,
)
async def file_estimate(call: Call, given: FilingInput) -> Reply:
    """File an estimate as a derived report, with the lineage that it stands on.

    It is marked with the banner of its sources, and may go on only to those for whom every
    originator behind it allows derivation.
    """

    def act(engine: Engine) -> Submitted:
        report = engine.picturing.file(given.first_arrival, given.coalition, given.purpose)
        return submitted(report, engine.submit(report))

    return await call.once(act)


@operation(
    "GET", "/v1/picture/flights", gives={200: FlightsAnswer}, raises=(InputError,), draws=True
)
async def flights(call: Call, query: ForPurpose) -> FlightsAnswer:
    """Follow the missiles in all plots and tracks that may be read now, once for each coalition.

    A coalition is some of the participants whose plots or tracks are here; the last one is all of
    them. Each flight names the portions behind it, and nothing is counted twice: a track that
    rests on plots that are here adds nothing to them. `readings` `own` leaves out what others
    shared. What there is no live grant for changes nothing.
    """
    hand = await call.ask(
        lambda engine: engine.picturing.in_hand(query.purpose, own_only=query.readings == "own")
    )
    picturing = call.node.engine.picturing

    def look() -> FlightsAnswer:
        return FlightsAnswer(raids=tuple(map(raid_entry, picturing.flights_of(hand))))

    return await call.aside(look)


@operation(
    "POST",
    "/v1/picture/flights/filings",
    gives={201: Submitted},
    raises=(ConsentError, InputError, NotFoundError, NotInForceError, RefusedError),
    once=True,
)
async def file_flight(call: Call, given: FlightFilingInput) -> Reply:
    """File a flight as a derived report: its newest state, and its launch where it shows.

    Both are marked with the banner of the portions behind the flight, name all of these, and may
    go on only to those for whom every originator behind them allows derivation.
    """
    hand = await call.ask(lambda engine: engine.picturing.in_hand(given.purpose))
    picturing = call.node.engine.picturing
    # Estimated beforehand: the act finds it remembered, unless something changed in between.
    await call.aside(lambda: picturing.flights_of(hand))

    def act(engine: Engine) -> Submitted:
        report = engine.picturing.file_flight(
            given.first_seen, given.coalition, given.track, given.purpose
        )
        return submitted(report, engine.submit(report))

    return await call.once(act)


HANDLERS = (picture, file_estimate, flights, file_flight)
