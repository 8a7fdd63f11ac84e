"""Traces of real nodes, received over OTLP/HTTP in the process of the test."""

from __future__ import annotations

import gzip
import threading
from collections import defaultdict
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import msgspec
import pytest
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import (
    ExportTraceServiceRequest,
    ExportTraceServiceResponse,
)
from opentelemetry.proto.trace.v1.trace_pb2 import Span
from tests.support.processes import Nodes

pytestmark = pytest.mark.processes

MARK = "SEA-OTTER-7719"


class Receiver:
    """An OTLP/HTTP receiver: what came, whole and read."""

    def __init__(self) -> None:
        self.bodies: list[bytes] = []
        self.spans: dict[str, list[Span]] = defaultdict(list)
        """Participant -> its spans."""
        receiver = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["content-length"]))
                if self.headers.get("content-encoding") == "gzip":
                    body = gzip.decompress(body)
                receiver.take(self.path, body)
                answer = ExportTraceServiceResponse().SerializeToString()
                self.send_response(200)
                self.send_header("content-type", "application/x-protobuf")
                self.send_header("content-length", str(len(answer)))
                self.end_headers()
                self.wfile.write(answer)

            def log_message(self, *_: object) -> None:
                pass

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._thread = threading.Thread(target=self._server.serve_forever)
        self._thread.start()
        self.url = f"http://127.0.0.1:{self._server.server_port}"

    def take(self, path: str, body: bytes) -> None:
        assert path == "/v1/traces"
        self.bodies.append(body)
        for of_resource in ExportTraceServiceRequest.FromString(body).resource_spans:
            told = {one.key: one.value.string_value for one in of_resource.resource.attributes}
            assert told["service.name"] == "trilogue"
            for of_scope in of_resource.scope_spans:
                self.spans[told["trilogue.participant"]] += of_scope.spans

    def named(self, participant: str, name: str) -> list[Span]:
        return [one for one in self.spans[participant] if one.name == name]

    def close(self) -> None:
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()


@pytest.fixture
def receiver(monkeypatch: pytest.MonkeyPatch) -> Iterator[Receiver]:
    made = Receiver()
    monkeypatch.setenv("OTEL_EXPORTER_OTLP_ENDPOINT", made.url)
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    yield made
    made.close()


def test_spans_lead_from_an_operation_to_its_act_and_hold_no_content(
    nodes: Nodes, receiver: Receiver
) -> None:
    for node in nodes:
        msgspec.structs.replace(node.settings, traces=True).write()
    nodes.start()
    kr, jp = nodes["KR"], nodes["JP"]
    what = kr.submit(MARK)
    kr.grant(what)
    nodes.settle()
    assert jp.read(what) == MARK
    nodes.stop()  # sends the last ones

    (submit,) = receiver.named("KR", "submit")
    acts = {one.parent_span_id: one for one in receiver.named("KR", "act")}
    act = acts[submit.span_id]
    assert act.trace_id == submit.trace_id
    commits = {one.span_id for one in receiver.named("KR", "commit")}
    assert {link.span_id for link in act.links} <= commits
    attributes = {one.key: one.value.int_value for one in submit.attributes}
    assert attributes["http.response.status_code"] == 201

    assert receiver.named("KR", "send")
    receives = {one.span_id for one in receiver.named("US", "receive")}
    assert any(one.parent_span_id in receives for one in receiver.named("US", "act"))
    (reading,) = receiver.named("JP", "open_portion")
    traced = {one.name for one in receiver.spans["JP"] if one.trace_id == reading.trace_id}
    assert {"open_portion", "act", "open"} <= traced
    # Nobody can follow a trace from one participant to another.
    traces = {who: {one.trace_id for one in spans} for who, spans in receiver.spans.items()}
    assert not traces["KR"] & traces["US"]
    assert not traces["US"] & traces["JP"]

    secrets = [MARK, "officer-a", *(portion for portion in what.portions)]
    secrets += [
        path.read_text("ascii").strip()
        for node in nodes
        for path in (node.directory / "tokens").iterdir()
    ]
    for body in receiver.bodies:
        for secret in secrets:
            assert secret.encode() not in body


def test_without_the_setting_nothing_is_sent(nodes: Nodes, receiver: Receiver) -> None:
    nodes.start("KR")
    nodes["KR"].submit(MARK)
    nodes.stop()
    assert receiver.bodies == []
