"""Whatever bytes come, reading gives a value or a `FormatError`, and nothing else."""

import contextlib
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from trilogue.encoding import canonical
from trilogue.errors import FormatError, InputError
from trilogue.reports.cite import Cite
from trilogue.reports.csv import COLUMNS, arrivals_from_csv
from trilogue.reports.payloads import encode_payload, parse_payload, payload_type, read_payload
from trilogue.reports.portion import parse_header, seal

from .examples import digest_text, draft
from .payload_examples import EXAMPLES

PAYLOADS = {payload_type(p): encode_payload(p) for p in EXAMPLES.values()}
HEADER = seal(draft(), salt=bytes(32)).header_bytes

VALUES = ["null", "true", "-1", "1e999", "9007199254740993", '"\\ud800"', '"\\u0000"', "[]", "{}"]


@st.composite
def damaged(draw, data):
    """Draw `data` with some bytes changed, or one value replaced by another."""
    if draw(st.booleans()):
        colons = [i for i, byte in enumerate(data) if byte == 0x3A]
        at = draw(st.sampled_from(colons)) + 1
        end = min((i for i in (data.find(c, at) for c in b",}") if i > 0), default=len(data))
        return data[:at] + draw(st.sampled_from(VALUES)).encode() + data[end:]
    at = draw(st.integers(0, len(data) - 1))
    return data[:at] + draw(st.binary(max_size=4)) + data[at + draw(st.integers(0, 4)) :]


@given(data=damaged(HEADER))
def test_a_damaged_header_is_refused_or_is_canonical(data):
    try:
        unverified = parse_header(data)
    except FormatError:
        return
    assert canonical.encode(unverified.claimed) == data


@pytest.mark.parametrize("type_id", PAYLOADS)
@given(data=st.data())
def test_a_damaged_payload_is_refused_or_has_one_spelling(type_id, data):
    wrong = data.draw(damaged(PAYLOADS[type_id]))
    try:
        payload = parse_payload(type_id, wrong)
    except FormatError:
        return
    assert encode_payload(payload) == wrong


@pytest.mark.parametrize("type_id", PAYLOADS)
@given(data=st.data())
def test_what_a_person_writes_wrong_is_an_input_error(type_id, data):
    try:
        payload = read_payload(type_id, data.draw(damaged(PAYLOADS[type_id])))
    except InputError:
        return
    assert payload_type(payload) == type_id


@given(st.text(max_size=40))
def test_any_text_below_the_columns_is_rows_or_an_input_error(text):
    with contextlib.suppress(InputError):
        assert arrivals_from_csv(",".join(COLUMNS) + "\n" + text)


@pytest.mark.threat("T23")
@pytest.mark.parametrize(
    ("path", "type_id"),
    [
        (("arrivals", 0, "station"), "seismic-arrivals"),
        (("arrivals", 0, "phase"), "seismic-arrivals"),
        (("arrivals", 0, "time", "instant"), "seismic-arrivals"),
        (("magnitudes", 0, "scale"), "seismic-event"),
        (("lineage", 0), "track"),
    ],
    ids=lambda value: value if isinstance(value, str) else value[-1],
)
def test_no_identifier_ends_in_a_newline(path, type_id):
    value = json.loads(PAYLOADS[type_id])
    *steps, last = path
    inner = value
    for step in steps:
        inner = inner[step]
    inner[last] += "\n"
    with pytest.raises(InputError):
        read_payload(type_id, json.dumps(value))


@pytest.mark.parametrize("field", ["subject", "payload_type"])
def test_no_name_in_a_header_ends_in_a_newline(field):
    fields = canonical.decode(HEADER)
    with pytest.raises(FormatError, match="not a name of the arrangement"):
        parse_header(canonical.encode(fields | {field: fields[field] + "\n"}))


@pytest.mark.parametrize(
    "wrong",
    [["KR\n", 1, digest_text(1)], ["KR", 2**53, digest_text(1)], ["KR", 1], ["KR", 1, "", 0]],
    ids=["newline", "beyond-2-53", "short", "long"],
)
def test_a_cite_of_another_shape_is_refused(wrong):
    with pytest.raises(FormatError):
        canonical.decode(json.dumps(wrong, separators=(",", ":")).encode(), Cite)


def test_cites_sort_by_speaker_and_index():
    leaf = digest_text(1)
    cites = [Cite("US", 1, leaf), Cite("KR", 10, leaf), Cite("KR", 9, leaf)]
    assert [cite.short for cite in sorted(cites)] == ["KR 9", "KR 10", "US 1"]


def test_a_deep_value_is_refused():
    deep = b"[" * 100_000
    with pytest.raises(FormatError):
        parse_payload("seismic-arrivals", deep)
