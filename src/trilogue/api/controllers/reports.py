"""Reports: submit them, see which are held, open a portion, and who opened what."""

from __future__ import annotations

from trilogue.api.call import Call
from trilogue.api.operation import operation
from trilogue.api.parameters import InLanguage, Place, Slice, SliceInLanguage
from trilogue.api.shapes import batch, logged, submitted
from trilogue.errors import (
    ConsentError,
    ConsentExpiredError,
    InputError,
    NotFoundError,
    NotInForceError,
    PeerError,
    RefusedError,
)
from trilogue.node import catalogue, questions
from trilogue.node.answers import AccessEntry, Logged, Opened, Page, ReportEntry
from trilogue.node.engine import Engine
from trilogue.node.filed import Batch, Submitted
from trilogue.node.inputs import BatchInput, OpeningInput, ReclassifyInput, ReportInput, SourceInput
from trilogue.node.repeats import Reply

__all__ = ["HANDLERS"]


@operation(
    "POST",
    "/v1/reports",
    gives={201: Submitted},
    raises=(InputError, NotFoundError, NotInForceError, PeerError, RefusedError),
    once=True,
)
async def submit(call: Call, given: ReportInput) -> Reply:
    """Submit a report.

    Its portions are sealed, each under a key of its own, and the report stands in the log. It
    goes nowhere yet, but for what a standing consent grants at once. A portion that the rules deny
    refuses the whole report, and the refusal stands in the log.
    """
    return await call.once(lambda engine: submitted(given, engine.submit(given)))


@operation(
    "POST",
    "/v1/batches",
    gives={201: Batch},
    raises=(InputError, NotFoundError, NotInForceError, PeerError),
    once=True,
)
async def submit_batch(call: Call, given: BatchInput) -> Reply:
    """Submit up to 256 reports together.

    Each becomes a report of its own, as if it had been submitted alone, and is refused alone where
    the rules deny it. What a standing consent covers goes under one grant for all, which is far
    quicker than a grant for each. One report that cannot be read refuses the whole batch, and
    nothing of it stands.
    """
    return await call.once(lambda engine: batch(given, engine.submit_all(given.reports)))


@operation("GET", "/v1/reports", gives={200: Page[ReportEntry]})
async def reports(call: Call, query: SliceInLanguage) -> Page[ReportEntry]:
    """List the reports that are known here.

    For each, what is held of it: the header facts and the marking as it is now of what may be
    read, the grant under which it is held and when that ends. Never content.
    """
    return await call.ask(
        lambda engine: catalogue.reports(engine, query.after, query.most, query.lang)
    )


@operation(
    "GET",
    "/v1/reports/{speaker:str}/{index:str}",
    gives={200: ReportEntry},
    raises=(NotFoundError,),
)
async def report(call: Call, path: Place, query: InLanguage) -> ReportEntry:
    """Show one report, and what is held of it."""
    return await call.ask(lambda engine: catalogue.report(engine, path, query.lang))


@operation(
    "POST",
    "/v1/reports/{speaker:str}/{index:str}/openings",
    gives={201: Opened},
    raises=(
        ConsentError,
        ConsentExpiredError,
        NotFoundError,
        NotInForceError,
        PeerError,
        RefusedError,
    ),
)
async def open_portion(call: Call, path: Place, query: InLanguage, given: OpeningInput) -> Opened:
    """Open one portion of a report.

    Consent, purpose and rules are checked as of now, and the opening stands in the access
    register under the caller's name before the content is given. Each opening is another one: it
    takes no idempotency key, because what is remembered for repeats is not sealed.
    """
    source = SourceInput(report=path, portion=given.portion)

    def act(engine: Engine) -> Opened:
        opening = engine.reading.read(
            source, officer=call.caller.name, purpose=given.purpose, why=given.why
        )
        return catalogue.opened(engine, opening, query.lang)

    return await call.act(act)


@operation(
    "POST",
    "/v1/reclassifications",
    gives={201: Logged},
    raises=(ConsentError, InputError, NotFoundError, NotInForceError, PeerError),
    once=True,
)
async def reclassify(call: Call, given: ReclassifyInput) -> Reply:
    """Change the marking of one of this participant's portions.

    Everybody to whom it was granted is told, and re-marks.
    """
    return await call.once(lambda engine: logged(engine.desk.reclassify(given)))


@operation("GET", "/v1/accesses", gives={200: Page[AccessEntry]})
async def accesses(call: Call, query: Slice) -> Page[AccessEntry]:
    """List the access register: who opened what, when and what for."""
    return await call.ask(lambda engine: questions.accesses(engine, query.after, query.most))


HANDLERS = (submit, submit_batch, reports, report, open_portion, reclassify, accesses)
