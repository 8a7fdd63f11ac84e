"""A node looks at itself: its clock beside its neighbours', and how long its keys last."""

from __future__ import annotations

from email.utils import format_datetime

import pytest
from tests.support.trio import Trio

from trilogue.encoding import instant
from trilogue.node.keystore import VALID_DAYS
from trilogue.node.watching import WARNING_DAYS, Watching

DAY = 86_400.0


def _date(trio: Trio, seconds: float = 0.0) -> dict[str, str]:
    """Return the headers of an answer by somebody whose clock is off by so many seconds."""
    shown = instant.to_datetime(instant.plus(trio.clock.now, seconds))
    return {"Date": format_datetime(shown, usegmt=True)}


@pytest.mark.parametrize("off", [-3600.0, -31.0, 32.0, 40 * DAY])
def test_a_clock_that_differs_by_more_than_is_allowed_is_told(trio: Trio, off: float) -> None:
    watching = Watching(trio["KR"])
    watching.heard("US", _date(trio, -off), trio.clock.now)
    assert not watching.clocks_agree()
    watching.look()
    (problem,) = watching.problems
    assert ("ahead of US's" if off > 0 else "behind US's") in problem


def test_of_two_neighbours_the_one_that_is_alone_is_wrong(
    trio: Trio, caplog: pytest.LogCaptureFixture
) -> None:
    watching = Watching(trio["US"])
    watching.heard("KR", _date(trio), trio.clock.now)
    watching.heard("JP", _date(trio, 40 * DAY), trio.clock.now)
    watching.look()
    assert watching.clocks_agree()
    assert watching.problems == ()
    assert "behind JP's, and others agree" in caplog.text


def test_clocks_that_agree_are_no_problem(trio: Trio) -> None:
    watching = Watching(trio["KR"])
    watching.heard("US", _date(trio, 3600), trio.clock.now)
    watching.heard("US", _date(trio, 5), trio.clock.now)
    watching.look()
    assert watching.clocks_agree()
    assert watching.problems == ()


def test_an_answer_that_was_long_under_way_is_no_wrong_clock(trio: Trio) -> None:
    watching = Watching(trio["KR"])
    asked, header = trio.clock.now, _date(trio, 1)
    trio.clock.advance(120)
    watching.heard("US", header, asked)
    assert watching.clocks_agree()


@pytest.mark.parametrize("header", [{}, {"Date": ""}, {"Date": "soon"}, {"Date": "1 2 3"}])
def test_an_answer_that_says_no_time_says_nothing(trio: Trio, header: dict[str, str]) -> None:
    watching = Watching(trio["KR"])
    watching.heard("US", header, trio.clock.now)
    assert watching.clocks_agree()


def test_keys_that_end_soon_are_told_once_and_ended_ones_are_a_problem(
    trio: Trio, caplog: pytest.LogCaptureFixture
) -> None:
    watching = Watching(trio["KR"])
    watching.look()
    assert not caplog.messages
    trio.clock.advance((VALID_DAYS - WARNING_DAYS + 1) * DAY)
    watching.look()
    watching.look()
    assert watching.problems == ()
    (told,) = caplog.messages
    assert "rotate-keys" in told
    trio.clock.advance(WARNING_DAYS * DAY)
    watching.look()
    assert "keys ended" in watching.problems[0]
    trio["KR"].rotate()
    watching.look()
    assert watching.problems == ()
