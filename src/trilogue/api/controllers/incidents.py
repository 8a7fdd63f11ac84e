"""Incidents: loss or compromise, actual or possible, and what was found about it."""

from __future__ import annotations

from trilogue.api.call import Call
from trilogue.api.operation import operation
from trilogue.api.parameters import Slice
from trilogue.api.shapes import logged
from trilogue.errors import InputError, NotFoundError, PeerError
from trilogue.node import questions
from trilogue.node.answers import IncidentEntry, Logged, Page
from trilogue.node.inputs import IncidentInput
from trilogue.node.repeats import Reply

__all__ = ["HANDLERS"]


@operation(
    "POST",
    "/v1/incidents",
    gives={201: Logged},
    raises=(InputError, NotFoundError, PeerError),
    once=True,
)
async def report_incident(call: Call, given: IncidentInput) -> Reply:
    """Report loss or compromise, or what was found about it.

    The originators of what it concerns are told at once. It passes even when the arrangement is
    not in force.
    """
    return await call.once(lambda engine: logged(engine.desk.report_incident(given)))


@operation("GET", "/v1/incidents", gives={200: Page[IncidentEntry]})
async def incidents(call: Call, query: Slice) -> Page[IncidentEntry]:
    """List incidents and findings, own and heard.

    Faults of peers stand among them, with the acceptance step at which each was noticed.
    """
    return await call.ask(lambda engine: questions.incidents(engine, query.after, query.most))


HANDLERS = (report_incident, incidents)
