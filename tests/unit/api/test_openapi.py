"""The document: made from the operations, complete, and true of them."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import jsonschema
import msgspec
import pytest
from tests.support.office import Office

import trilogue
from trilogue.api.examples import ANSWERS, GIVEN
from trilogue.api.openapi import document, operations
from trilogue.api.operation import EVENTS, Operation
from trilogue.api.parameter_examples import PARAMETERS
from trilogue.api.problems import STATUS
from trilogue.api.roles import EVERYONE, MAY
from trilogue.errors import LocalError, PeerError, TrilogueError
from trilogue.node.answers import StatementEntry
from trilogue.node.problem import problem_type, title

DOCUMENT = document()
OPERATIONS: dict[str, tuple[str, Operation]] = {
    operation.name: (path, operation) for _, path, operation in operations()
}
GUIDE = Path(__file__).parents[3] / "docs" / "guide" / "api.md"


def described(name: str) -> dict[str, Any]:
    path, operation = OPERATIONS[name]
    found: dict[str, Any] = DOCUMENT["paths"][path][operation.method.lower()]
    return found


def schemas(value: Any) -> Iterator[dict[str, Any]]:
    """Go through every schema of the document."""
    yield from DOCUMENT["components"]["schemas"].values()
    for path in DOCUMENT["paths"].values():
        for one in path.values():
            yield from (parameter["schema"] for parameter in one["parameters"])


def test_the_document_is_served_to_anybody_as_it_is_made(office: Office) -> None:
    answer = office.ask(None, "GET", "/schema")
    assert answer.headers["content-type"].startswith("application/vnd.oai.openapi+json")
    assert answer.json() == json.loads(json.dumps(DOCUMENT))


def test_the_document_names_its_version_and_every_route(office: Office) -> None:
    assert DOCUMENT["openapi"] == "3.1.0"
    assert DOCUMENT["info"]["version"] == trilogue.__version__
    routes = {route.path for route in office._client.app.routes}
    documented = {path.replace("{", "{") for path in DOCUMENT["paths"]}
    assert {_plain(route) for route in routes} == {_plain(path) for path in documented} | {
        "/log/{}",
        "/schema",
    }


def _plain(path: str) -> str:
    parts = ["{}" if part.startswith("{") else part for part in path.split("/")]
    return "/".join(parts)


@pytest.mark.parametrize("name", OPERATIONS)
def test_every_operation_says_what_it_does_for_whom_and_shows_an_exchange(name: str) -> None:
    _, operation = OPERATIONS[name]
    found = described(name)
    assert found["summary"]
    assert len(found["summary"]) < 90
    if operation.public:
        assert found["security"] == []
    else:
        roles = "every role but monitor" if MAY[name] == EVERYONE else ", ".join(sorted(MAY[name]))
        assert f"For {roles}." in found["description"]
    if operation.given is not None:
        assert found["requestBody"]["content"]["application/json"]["example"] == GIVEN[name]
    for status, shape in operation.gives.items():
        if shape is not None and operation.media_type != EVENTS:
            content = found["responses"][str(status)]["content"][operation.media_type]
            assert content["example"] == ANSWERS[name, status]


@pytest.mark.parametrize("name", [name for name in OPERATIONS if not OPERATIONS[name][1].public])
def test_every_operation_names_its_errors_with_an_example_each(name: str) -> None:
    _, operation = OPERATIONS[name]
    responses = described(name)["responses"]
    assert {"400", "401", "403", "503"} <= set(responses)
    assert ("413" in responses) is operation.writes
    for status, response in responses.items():
        if status.startswith(("4", "5")):
            (media_type,) = response["content"]
            assert media_type == "application/problem+json"
            for example in response["content"][media_type]["examples"].values():
                assert example["value"]["status"] == int(status)
                assert example["value"]["type"].startswith("urn:trilogue:error:")


def test_what_is_sent_in_the_examples_is_what_is_read() -> None:
    assert set(GIVEN) == {
        name for name, (_, operation) in OPERATIONS.items() if operation.given is not None
    }
    for name, value in GIVEN.items():
        msgspec.convert(value, OPERATIONS[name][1].given, strict=True)
        _fits(value, described(name)["requestBody"]["content"]["application/json"]["schema"])


def test_what_comes_back_in_the_examples_is_what_is_given() -> None:
    for (name, status), value in ANSWERS.items():
        _, operation = OPERATIONS[name]
        read = msgspec.convert(value, operation.gives[status], strict=True)
        again = msgspec.json.decode(msgspec.json.encode(read))
        assert again == value, f"{name} shows a field that it does not give"
        content = described(name)["responses"][str(status)]["content"]
        _fits(value, content[operation.media_type]["schema"])


def test_every_parameter_and_every_event_has_an_example_that_fits() -> None:
    used = set()
    for name in OPERATIONS:
        for one in described(name)["parameters"]:
            if one["in"] != "header":
                _fits(one["example"], one["schema"])
                used.add(one["name"])
    assert used == set(PARAMETERS)
    content = described("stream")["responses"]["200"]["content"][EVENTS]
    place, kind, data, *_ = content["example"].split("\n")
    entry = msgspec.json.decode(data.removeprefix("data: "), type=StatementEntry)
    assert (place, kind) == (f"id: {entry.position}", "event: statement")
    _fits(json.loads(data.removeprefix("data: ")), content["x-data"])


def test_every_struct_and_every_schema_is_described_and_valid() -> None:
    for name, schema in DOCUMENT["components"]["schemas"].items():
        assert schema["description"], name
        assert "\n    " not in schema["description"], name
    for schema in schemas(DOCUMENT):
        jsonschema.Draft202012Validator.check_schema(schema)
    fields = DOCUMENT["components"]["schemas"]["NeighbourStatus"]["properties"]
    assert fields["waiting"]["description"].startswith("Statements in the outbox")


def test_what_is_read_refuses_fields_that_are_not_known() -> None:
    for _, operation in OPERATIONS.values():
        if operation.given is not None:
            schema = DOCUMENT["components"]["schemas"][operation.given.__name__]
            assert schema["additionalProperties"] is False


def test_acts_take_an_idempotency_key_but_for_what_carries_content() -> None:
    for name, (_, operation) in OPERATIONS.items():
        keyed = any(one["name"] == "Idempotency-Key" for one in described(name)["parameters"])
        assert keyed is (operation.writes and name != "open_portion")


def test_the_guide_lists_every_operation_for_its_roles() -> None:
    text = GUIDE.read_text(encoding="utf-8")
    for name, (path, operation) in OPERATIONS.items():
        line = f"| `{operation.method} {path}` | `{name}` |"
        assert line in text, f"docs/guide/api.md lacks {line}"
        if not operation.public:
            roles = "everybody" if MAY[name] == EVERYONE else ", ".join(sorted(MAY[name]))
            assert f"{line} {roles} |" in text, f"{line} {roles}"


def test_the_guide_lists_every_error_with_its_status() -> None:
    text = GUIDE.read_text(encoding="utf-8")
    for kind, status in STATUS.items():
        if kind not in {TrilogueError, LocalError} and PeerError not in kind.__mro__[1:]:
            name = problem_type(kind).rpartition(":")[2]
            assert f"| {status} | `{name}` | {title(kind)} |" in text


def _fits(value: Any, schema: dict[str, Any]) -> None:
    components = {"components": DOCUMENT["components"]}
    jsonschema.Draft202012Validator({**components, **schema}).validate(value)
