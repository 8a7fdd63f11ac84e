"""Redacting: what is named is gone, the rest is untouched, and both content and header say so."""

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from trilogue.errors import InputError
from trilogue.reports.header import Redacted
from trilogue.reports.payloads import Assessment, encode_payload
from trilogue.reports.portion import draft_portion, seal
from trilogue.reports.redact import MARKS, redact, redact_payload

from .examples import KR_SECRET, LEGS, digest_text
from .payload_examples import ARRIVALS, EVENT, LAUNCH, SITE

WORDS = Assessment(title="Site", language="en", text="Seen by sensor 7 at noon.", confidence="high")


def test_a_field_becomes_null_and_a_list_loses_its_item():
    event, done = redact_payload(
        EVENT, fields=["yield_estimate", "stations_left_out[0]", "depth"], of=digest_text(3)
    )
    assert (event.yield_estimate, event.depth, event.stations_left_out) == (None, None, ())
    assert event.epicentre == EVENT.epicentre
    assert done == Redacted(
        of=digest_text(3), fields=("depth", "stations_left_out[0]", "yield_estimate"), spans=0
    )


def test_indices_are_those_of_the_whole():
    rows = tuple(msgspec.structs.replace(ARRIVALS.arrivals[0], station=f"S{i}") for i in range(12))
    payload = msgspec.structs.replace(ARRIVALS, arrivals=rows)
    rest, _ = redact_payload(
        payload, fields=["arrivals[0]", "arrivals[10]", "arrivals[2]", "arrivals[3].snr"]
    )
    assert [row.station for row in rest.arrivals] == [f"S{i}" for i in (1, 3, 4, 5, 6, 7, 8, 9, 11)]
    assert [row.station for row in rest.arrivals if row.snr is None] == ["S3"]


def test_a_span_is_replaced_by_a_mark_that_hides_its_length():
    one, done = redact_payload(WORDS, spans={"text": [(8, 16)]})
    two, _ = redact_payload(WORDS, spans={"text": [(5, 16)]})
    assert one.text == "Seen by [redacted] at noon."
    assert two.text == "Seen [redacted] at noon."
    assert (done.fields, done.spans) == ((), 1)


def test_the_mark_is_in_the_language_of_the_text():
    rest, _ = redact_payload(SITE, spans={"text": [(0, 2), (3, 5)]})
    assert rest.text == f"{MARKS['ko']} {MARKS['ko']} 입구에 새 흙더미가 보인다."


@given(
    text=st.text(st.characters(codec="utf-8", exclude_categories=["C"]), min_size=4, max_size=40),
    cut=st.data(),
)
def test_what_is_cut_is_gone_and_the_rest_stands(text, cut):
    first = cut.draw(st.integers(0, len(text) - 1))
    last = cut.draw(st.integers(first + 1, len(text)))
    payload = msgspec.structs.replace(WORDS, text=text)
    rest, _ = redact_payload(payload, spans={"text": [(first, last)]})
    assert rest.text == text[:first] + MARKS["en"] + text[last:]


@pytest.mark.parametrize(
    ("payload", "fields", "spans", "rule"),
    [
        (EVENT, [], {}, "nothing to redact"),
        (EVENT, ["epicentre"], {}, "is no seismic-event payload"),
        (EVENT, ["origin.instant"], {}, "is no seismic-event payload"),
        (EVENT, ["magnitudes[0].magnitude[0]"], {}, "is no seismic-event payload"),
        (EVENT, ["magnitudes[1]"], {}, "nothing at 'magnitudes\\[1\\]'"),
        (EVENT, ["magnitudes.scale"], {}, "nothing at"),
        (EVENT, ["colour"], {}, "nothing at 'colour'"),
        (EVENT, ["event[0]"], {}, "nothing at"),
        (EVENT, ["a b"], {}, "not a path"),
        (EVENT, [""], {}, "not a path"),
        (EVENT, ["type"], {}, "no part of its content"),
        (msgspec.structs.replace(LAUNCH, site=None), ["site"], {}, "nothing at 'site'"),
        (msgspec.structs.replace(ARRIVALS, arrivals=ARRIVALS.arrivals[:1]),
         ["arrivals[0]"], {}, "length >= 1"),
        (WORDS, [], {"text": [(5, 5)]}, "does not lie in 0 to 25"),
        (WORDS, [], {"text": [(5, 26)]}, "does not lie"),
        (WORDS, [], {"text": [(-1, 3)]}, "does not lie"),
        (WORDS, [], {"text": [(0, 5), (4, 8)]}, "does not lie in 5 to 25"),
        (WORDS, [], {"language": [(0, 1)]}, "is no assessment payload"),
        (EVENT, [], {"epicentre.latitude": [(0, 1)]}, "only text has spans"),
    ],
)  # fmt: skip
def test_what_cannot_be_redacted_is_refused(payload, fields, spans, rule):
    with pytest.raises(InputError, match=rule):
        redact_payload(payload, fields=fields, spans=spans)


def test_the_header_says_so_and_nothing_is_left_in_the_bytes():
    whole = draft_portion(WORDS, marking=KR_SECRET, subject="missile-site", handling=LEGS)
    less = redact(whole, spans={"text": [(8, 16)]}, of=digest_text(1))
    sealed = seal(less)
    assert sealed.header.redacted == Redacted(of=digest_text(1), fields=(), spans=1)
    assert b"sensor 7" not in less.plaintext
    with pytest.raises(InputError, match="already"):
        redact(less, spans={"text": [(0, 1)]})


def test_what_is_left_can_be_written():
    rest, _ = redact_payload(LAUNCH, fields=["position", "site", "time", "apogee_m"])
    assert encode_payload(rest)
