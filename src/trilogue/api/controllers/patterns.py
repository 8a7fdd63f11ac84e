"""Patterns: the launch record that this participant has, what is found in it, and filing that."""

from __future__ import annotations

from trilogue.api.call import Call
from trilogue.api.operation import operation
from trilogue.api.parameters import ForRecord
from trilogue.api.pattern_shapes import Marked, findings_answer, gathered, record_answer
from trilogue.api.shapes import submitted
from trilogue.errors import ConsentError, InputError, NotInForceError, RefusedError
from trilogue.node import catalogue
from trilogue.node.engine import Engine
from trilogue.node.filed import Submitted
from trilogue.node.inputs import FindingFilingInput
from trilogue.node.pattern_answers import FiledFinding, FindingsAnswer, RecordAnswer
from trilogue.node.repeats import Reply

__all__ = ["HANDLERS"]


@operation(
    "GET", "/v1/patterns/record", gives={200: RecordAnswer}, raises=(InputError,), draws=True
)
async def launch_record(call: Call, query: ForRecord) -> RecordAnswer:
    """Show the launch record: the public rows, and beside them what may be read now.

    Each participant is a source of its own beside the public one, so that a launch keeps what every
    source says of it, and conflicts are shown. A row that came of a portion names it, with its mark
    and for whom it may be derived. What is not in the record stands in `not_entered` with the
    reason. `reports` `own` leaves out what others shared, `none` everything but the public rows.
    What there is no live grant for changes nothing.
    """
    marked = await call.ask(
        lambda engine: gathered(engine, query.purpose, query.reports, query.lang)
    )
    patterning = call.node.engine.patterning
    return await call.aside(lambda: record_answer(patterning.record_of(marked.hand), marked))


@operation(
    "GET", "/v1/patterns/findings", gives={200: FindingsAnswer}, raises=(InputError,), draws=True
)
async def findings(call: Call, query: ForRecord) -> FindingsAnswer:
    """Say what is found in the launch record, with intervals, and which findings were filed.

    A finding is made from the whole record, and all portions in it stand behind it. One that was
    filed says which of the portions behind it are gone since: with one of them it stands no longer
    as it was filed. The first answer after the record changed takes seconds.
    """

    def look(engine: Engine) -> tuple[Marked, tuple[FiledFinding, ...]]:
        return (
            gathered(engine, query.purpose, query.reports, query.lang),
            catalogue.filed_findings(engine, query.purpose, query.reports),
        )

    marked, filed = await call.ask(look)
    patterning = call.node.engine.patterning
    return await call.aside(
        lambda: findings_answer(
            patterning.record_of(marked.hand), patterning.found_in(marked.hand), marked, filed
        )
    )


@operation(
    "POST",
    "/v1/patterns/findings/filings",
    gives={201: Submitted},
    raises=(ConsentError, InputError, NotInForceError, RefusedError),
    once=True,
)
async def file_finding(call: Call, given: FindingFilingInput) -> Reply:
    """File a finding as a derived report, in all languages, with the portions that it stands on.

    It is marked with their banner, and may go on only to those for whom every originator behind it
    allows derivation. A finding that stands on no portion is no derived report, and is not filed.
    """
    hand = await call.ask(
        lambda engine: engine.patterning.in_hand(given.purpose, reports=given.reports)
    )
    patterning = call.node.engine.patterning
    await call.aside(lambda: patterning.found_in(hand))

    def act(engine: Engine) -> Submitted:
        report = engine.patterning.file(given.finding, given.purpose, given.reports)
        return submitted(report, engine.submit(report))

    return await call.once(act)


HANDLERS = (launch_record, findings, file_finding)
