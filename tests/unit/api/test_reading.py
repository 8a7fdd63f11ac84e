"""Reading: one meaning has one spelling, and nothing that is not understood passes."""

from __future__ import annotations

import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.support.office import Office

from trilogue.api.examples import GIVEN
from trilogue.api.parameters import OfKind, Slice
from trilogue.api.reading import read_body, read_no_body, read_parameters
from trilogue.errors import InputError
from trilogue.node.inputs import ReportInput, StandingInput
from trilogue.node.problem import MalformedError, MediaTypeError

JSON = "application/json"
REPORT = json.dumps(GIVEN["submit"])


@pytest.mark.parametrize(
    ("body", "rule"),
    [
        (b"", "not JSON"),
        (b"null", "Expected `object`"),
        (b"[]", "Expected `object`"),
        (b"{}", "missing required field `portions`"),
        (b'{"portions": []}', "portions: Expected `array` of length >= 1"),
        (b'{"portions":[],"portions":[]}', "names the same key twice"),
        (REPORT.replace('"label"', '"lable"').encode(), "unknown field `lable`"),
        (REPORT.replace('"finding"', "17").encode(), "portions[0].label"),
        (REPORT.replace("41.298", '"41.298"').encode(), "portions[0].place.latitude"),
        (REPORT.replace("41.298", "NaN").encode(), "not JSON"),
        (REPORT.replace("41.298", "1e999").encode(), "out of range"),
        (REPORT.replace("41.298", "91").encode(), "<= 90"),
        (REPORT.replace('"high"', "123456789012345678901234567890").encode(), "beyond 2^53"),
        (REPORT.replace('"confidence"', '"é"').encode(), "not ASCII"),
        (REPORT.replace("finding", "\\ud800").encode(), "not JSON"),
        (REPORT.replace("finding", "\udc80").encode("utf-8", "surrogatepass"), "not JSON"),
        (REPORT.encode("utf-16"), "not JSON"),
        (b"\xef\xbb\xbf" + REPORT.encode(), "not JSON"),
        (REPORT.encode() + b"{}", "not JSON"),
        (b'{"portions":' + b"[" * 100_000, "recursion"),
    ],
)
def test_what_is_malformed_is_refused_and_named(body: bytes, rule: str) -> None:
    with pytest.raises(MalformedError) as caught:
        read_body(JSON, body, ReportInput)
    assert rule in str(caught.value)


def test_a_body_is_read_whatever_its_spaces_and_order() -> None:
    spaced = json.dumps(json.loads(REPORT), indent=3, sort_keys=True).encode()
    read = read_body(f"{JSON}; charset=utf-8", spaced, ReportInput)
    assert read == read_body(JSON, REPORT.encode(), ReportInput)
    assert read.portions[0].label == "finding"


@pytest.mark.parametrize("content_type", ["", "text/plain", "application/jsonp", "multipart/json"])
def test_a_body_says_that_it_is_json(content_type: str) -> None:
    with pytest.raises(MediaTypeError, match="application/json"):
        read_body(content_type, b"{}", StandingInput)


def test_an_operation_without_body_takes_none() -> None:
    read_no_body(b"")
    with pytest.raises(MalformedError, match="no body"):
        read_no_body(b"{}")


@given(st.binary(max_size=200) | st.text(max_size=200).map(lambda text: text.encode()))
@settings(max_examples=200)
def test_no_bytes_at_all_are_an_error_that_was_not_foreseen(data: bytes) -> None:
    with pytest.raises(InputError):
        read_body(JSON, data, ReportInput)


def test_parameters_are_read_with_their_defaults() -> None:
    assert read_parameters([], Slice) == Slice(after=0, most=100)
    asked = read_parameters([("kind", "receipt"), ("most", "7")], OfKind)
    assert asked == OfKind(after=0, most=7, kind="receipt")


@pytest.mark.parametrize(
    "given",
    [
        [("after", text)]
        for text in ("", " 1", "1 ", "+1", "-1", "-0", "007", "1.0", "1e3", "1_0", "٣", "null",
                     "9007199254740992", "9" * 400, "\0", "\ud800", "0x10")
    ] + [
        [("most", "0")],
        [("most", "1001")],
        [("kind", "null")],
        [("kind", "RECEIPT")],
        [("before", "1")],
        [("after", "1"), ("after", "1")],
    ],
)  # fmt: skip
def test_a_parameter_has_one_spelling(given: list[tuple[str, str]]) -> None:
    with pytest.raises(MalformedError):
        read_parameters(given, OfKind)


def test_a_request_beyond_the_limit_is_not_read(office: Office) -> None:
    headers = {"Content-Type": JSON}
    large = b'{"portions":"' + b"x" * (4 << 20) + b'"}'
    answer = office.ask("analyst", "POST", "/v1/reports", content=large, headers=headers)
    assert answer.status_code == 413
    assert answer.json()["type"] == "urn:trilogue:error:too-large"


@pytest.mark.parametrize("key", ["", "a" * 65, "a b", "é", "\t"])
def test_an_idempotency_key_is_short_and_visible(office: Office, key: str) -> None:
    headers = {"Idempotency-Key": key.encode("latin-1")}
    answer = office.ask("analyst", "POST", "/v1/reports", GIVEN["submit"], headers=headers)
    assert answer.status_code == 400
    assert office.log_size() == 2
