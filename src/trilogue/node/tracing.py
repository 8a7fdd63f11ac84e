"""Traces: spans of what a node does, for whoever gathers them over OpenTelemetry (OTLP/HTTP).

    operation        one request to the API, under the operation's name
      └─ act         its act, inside the group in which it was committed (a link leads there)
           └─ open   a grant that is opened, or a portion that is read
    commit           a group: one transaction, one sync, one checkpoint
    send             a delivery to a neighbour and its answer
    receive          a delivery of a neighbour, with its act

`traces = true` in `node.toml` turns them on; the standard variables (`OTEL_EXPORTER_OTLP_ENDPOINT`,
`OTEL_TRACES_SAMPLER`, …) say where they go and how many. Attributes are participants, operations,
counts, sizes and statuses. An error is a class without words. No span holds content, a name of a
person, a token or a key, and no identifier of a trace travels to another participant: how one side
works is not the other's to follow.

Off, a span is one shared object that does nothing, and the libraries are not even imported.

>>> with span("commit", acts=3) as one:
...     print(one)
None
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from typing import TYPE_CHECKING, TypeVar

from trilogue import __version__
from trilogue.errors import InputError

if TYPE_CHECKING:
    from opentelemetry.sdk.trace import TracerProvider
    from opentelemetry.trace import Span, Tracer

__all__ = ["set_up", "span", "within"]

T = TypeVar("T")

_NOTHING: AbstractContextManager[None] = nullcontext()
_tracer: Tracer | None = None
"""One process runs one node, and OpenTelemetry is one to a process as well."""


def set_up(participant: str) -> Callable[[], None]:
    """Turn traces on; return what sends the last ones and turns them off.

    Raises `InputError` when the libraries are not there.
    """
    global _tracer  # noqa: PLW0603 - see above
    provider = _provider(participant)
    _tracer = provider.get_tracer("trilogue", __version__)

    def stop() -> None:
        global _tracer  # noqa: PLW0603
        _tracer = None
        provider.shutdown()

    return stop


def span(name: str, **attributes: str | int) -> AbstractContextManager[Span | None]:
    """Return the span of a block: it gives the span, or None while traces are off."""
    return _NOTHING if _tracer is None else _spanning(_tracer, name, attributes)


def within(act: Callable[[], T]) -> Callable[[], T]:
    """Return an act as a span under what asks for it now, whichever thread runs it later."""
    if _tracer is None:
        return act
    from opentelemetry import context, trace

    tracer, asking = _tracer, context.get_current()

    def traced() -> T:
        group = trace.Link(trace.get_current_span().get_span_context())
        token = context.attach(asking)
        try:
            with _spanning(tracer, "act", {}, links=(group,)):
                return act()
        finally:
            context.detach(token)

    return traced


@contextmanager
def _spanning(
    tracer: Tracer, name: str, attributes: dict[str, str | int], *, links: tuple[object, ...] = ()
) -> Iterator[Span]:
    from opentelemetry.trace import StatusCode

    # Left to itself a span records the words of an error, which may hold what somebody wrote.
    with tracer.start_as_current_span(
        name,
        attributes=attributes,
        links=links,  # type: ignore[arg-type]
        record_exception=False,
        set_status_on_exception=False,
    ) as made:
        try:
            yield made
        except BaseException as error:
            made.set_status(StatusCode.ERROR, type(error).__name__)
            raise


def _provider(participant: str) -> TracerProvider:
    try:
        from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
        from opentelemetry.sdk.resources import Resource
        from opentelemetry.sdk.trace import TracerProvider
        from opentelemetry.sdk.trace.export import BatchSpanProcessor
    except ImportError as error:
        raise InputError(
            "node.toml asks for traces, and OpenTelemetry is not installed",
            hint="pip install 'trilogue[otel]', or remove `traces`",
        ) from error
    told = {"service.version": __version__, "trilogue.participant": participant}
    if "OTEL_SERVICE_NAME" not in os.environ:
        told["service.name"] = "trilogue"
    provider = TracerProvider(resource=Resource.create(told), shutdown_on_exit=False)
    provider.add_span_processor(BatchSpanProcessor(OTLPSpanExporter()))
    return provider
