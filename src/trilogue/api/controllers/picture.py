"""The picture: what this participant may see now, by coalition, and filing an estimate of it."""

from __future__ import annotations

from trilogue.api.call import Call
from trilogue.api.operation import operation
from trilogue.api.parameters import ForPurpose
from trilogue.api.shapes import event_entry, submitted
from trilogue.errors import ConsentError, InputError, NotFoundError, NotInForceError, RefusedError
from trilogue.node.answers import PictureAnswer, Submitted
from trilogue.node.engine import Engine
from trilogue.node.inputs import FilingInput
from trilogue.node.repeats import Reply

__all__ = ["HANDLERS"]


@operation("GET", "/v1/picture/events", gives={200: PictureAnswer}, raises=(InputError,))
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

    return await call.once(given, act)


HANDLERS = (picture, file_estimate)
