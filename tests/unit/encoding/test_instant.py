"""Instants: 24 characters of UTC whose text order is time order."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from trilogue.encoding import instant
from trilogue.errors import FormatError

MOMENTS = st.datetimes(
    min_value=datetime(1000, 1, 2),  # noqa: DTZ001 - Hypothesis takes naive bounds
    max_value=datetime(9999, 12, 30),  # noqa: DTZ001
    timezones=st.just(UTC),
)


@given(MOMENTS, MOMENTS)
def test_text_order_is_time_order(one: datetime, other: datetime):
    first, second = instant.from_datetime(one), instant.from_datetime(other)
    assert len(first) == len(second) == 24
    if instant.to_datetime(first) < instant.to_datetime(second):
        assert first < second
    else:
        assert first >= second


@given(MOMENTS)
def test_is_cut_to_the_millisecond_and_never_in_the_future(moment: datetime):
    back = instant.to_datetime(instant.from_datetime(moment))
    assert timedelta(0) <= moment - back < timedelta(milliseconds=1)


def test_another_zone_is_turned_into_utc():
    seoul = timezone(timedelta(hours=9))
    assert instant.from_datetime(datetime(2016, 9, 9, 9, 30, 1, 353999, seoul)) == (
        "2016-09-09T00:30:01.353Z"
    )


def test_a_time_without_zone_is_no_instant():
    with pytest.raises(ValueError, match="without zone"):
        instant.from_datetime(datetime(2016, 9, 9))  # noqa: DTZ001 - this is the point


@pytest.mark.parametrize(
    "text",
    [
        "2016-09-09T00:30:01Z",
        "2016-09-09T00:30:01.35Z",
        "2016-09-09T00:30:01.3530Z",
        "2016-09-09T00:30:01.353+00:00",
        "2016-09-09T00:30:01.353",
        "2016-09-09 00:30:01.353Z",
        "2016-09-09T00:30:01.353z",
        "2016-09-09T00:30:01.353Z\n",
        "2016-13-09T00:30:01.353Z",
        "2015-02-29T00:00:00.000Z",
        "2016-09-09T24:00:00.000Z",
        "2016-12-31T23:59:60.000Z",
        "２016-09-09T00:30:01.353Z",
        "",
    ],
)
def test_refuses_what_is_no_instant(text: str):
    with pytest.raises(FormatError):
        instant.parse(text)


def test_adds_seconds_across_a_year():
    assert instant.plus("2016-12-31T23:59:59.999Z", 0.001) == "2017-01-01T00:00:00.000Z"
    assert instant.plus("2017-01-01T00:00:00.000Z", -0.001) == "2016-12-31T23:59:59.999Z"


@pytest.mark.parametrize("seconds", [0.001, 2**53, -2e15])
def test_no_instant_lies_beyond_the_last(seconds: float):
    with pytest.raises(FormatError, match="no instant lies"):
        instant.plus("9999-12-31T23:59:59.999Z", seconds)
    assert instant.seconds_between("2016-12-31T23:59:59.000Z", "2017-01-01T00:00:00.500Z") == 1.5
