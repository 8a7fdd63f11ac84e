"""Traces: off they cost nothing and import nothing; on, an error is a class without words."""

from __future__ import annotations

import builtins
import subprocess
import sys
from collections.abc import Iterator
from typing import Any

import pytest
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter

from trilogue.errors import InputError
from trilogue.node import tracing
from trilogue.node.tracing import set_up, span, within

SECRET = "the-submarine-is-at-41-north"


@pytest.fixture
def spans(monkeypatch: pytest.MonkeyPatch) -> Iterator[InMemorySpanExporter]:
    exporter = InMemorySpanExporter()
    provider = TracerProvider(shutdown_on_exit=False)
    provider.add_span_processor(SimpleSpanProcessor(exporter))
    monkeypatch.setattr(tracing, "_tracer", provider.get_tracer("tests"))
    yield exporter
    provider.shutdown()


def test_off_an_act_is_the_act_itself_and_a_span_nothing() -> None:
    def act() -> int:
        return 7

    assert within(act) is act
    assert span("commit", acts=1) is span("send", peer="US")


def test_off_the_libraries_are_not_imported() -> None:
    code = (
        "import sys, trilogue.node.service, trilogue.api\n"
        "assert not [name for name in sys.modules if name.startswith('opentelemetry')]"
    )
    subprocess.run([sys.executable, "-c", code], check=True)


def test_an_error_is_told_without_its_words(spans: InMemorySpanExporter) -> None:
    def act() -> None:
        raise ValueError(SECRET)

    with pytest.raises(ValueError, match=SECRET), span("submit"):
        within(act)()
    act_span, operation = spans.get_finished_spans()
    assert act_span.parent is not None
    assert act_span.parent.span_id == operation.context.span_id
    for one in (act_span, operation):
        assert one.status.description == "ValueError"
        assert SECRET not in one.to_json()


def test_where_the_libraries_are_missing_that_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    real = builtins.__import__

    def without(name: str, *given: Any, **more: Any) -> Any:
        if name.startswith("opentelemetry"):
            raise ImportError(name)
        return real(name, *given, **more)

    monkeypatch.setattr(builtins, "__import__", without)
    with pytest.raises(InputError, match="OpenTelemetry is not installed") as caught:
        set_up("KR")
    assert "trilogue[otel]" in caught.value.hint
