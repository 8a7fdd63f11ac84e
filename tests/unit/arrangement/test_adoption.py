from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from trilogue.arrangement.adoption import (
    TRANSITIONS,
    Act,
    Adoption,
    Stand,
    State,
    advance,
    diagram,
    settle,
)
from trilogue.encoding import instant
from trilogue.errors import FormatError, InputError

START = "2015-01-01T00:00:00.000Z"
DAY = 86_400


def day(number: float) -> str:
    return instant.plus(START, number * DAY)


ADOPT = Act("adoption", digest="D1")
SUSPEND, RESUME = Act("suspension"), Act("resumption")
STOP, RUN = Act("suspension", of="notice"), Act("resumption", of="notice")


def notice(effective: float) -> Act:
    return Act("withdrawal-from-arrangement", effective=day(effective))


def play(*acts: tuple[float, Act]) -> Stand:
    stand = Stand()
    for number, act in acts:
        stand = advance(stand, act, day(number))
    return stand


def test_adoption():
    assert play((0, ADOPT)) == Stand(State.ADOPTED, (Adoption("D1", day(0)),), day(0))


def test_an_amendment_is_one_more_adoption():
    stand = play((0, ADOPT), (5, Act("adoption", digest="D2")))
    assert stand.adoptions == (Adoption("D1", day(0)), Adoption("D2", day(5)))


def test_going_back_to_what_was_adopted_before_is_one_more():
    stand = play((0, ADOPT), (5, Act("adoption", digest="D2")), (9, ADOPT))
    assert stand.adoptions == (
        Adoption("D1", day(0)),
        Adoption("D2", day(5)),
        Adoption("D1", day(9)),
    )


def test_notice_ends_the_adoption_on_its_date_and_not_before():
    stand = play((0, ADOPT), (10, notice(100)))
    assert settle(stand, day(99.999)).state is State.NOTICE_GIVEN
    assert settle(stand, day(100)) == Stand(
        State.WITHDRAWN, (Adoption("D1", day(0)), Adoption(None, day(100))), day(100)
    )


def test_notice_may_be_longer_than_the_shortest():
    assert play((0, ADOPT), (10, notice(400))).effective == day(400)


@pytest.mark.parametrize("effective", [99.99, 10, 0])
def test_notice_may_not_be_shorter(effective):
    with pytest.raises(InputError, match="shorter than 90 days"):
        play((0, ADOPT), (10, notice(effective)))


def test_the_notice_days_are_the_arrangement_s():
    stand = play((0, ADOPT))
    assert advance(stand, notice(31), day(1), notice_days=30).effective == day(31)


def test_a_suspended_notice_stops_its_clock():
    stand = play((0, ADOPT), (10, notice(100)), (97, STOP))
    assert (stand.state, stand.remaining) == (State.NOTICE_SUSPENDED, 3 * DAY)
    assert settle(stand, day(4000)).state is State.NOTICE_SUSPENDED
    again = advance(stand, RUN, day(1000))
    assert (again.state, again.effective, again.remaining) == (
        State.NOTICE_GIVEN,
        day(1003),
        None,
    )
    assert settle(again, day(1003)).state is State.WITHDRAWN


def test_adopting_again_takes_a_notice_back():
    for acts in ([(10, notice(100))], [(10, notice(100)), (97, STOP)]):
        stand = play((0, ADOPT), *acts, (98, ADOPT))
        assert stand.state is State.ADOPTED
        assert stand.adoptions == (Adoption("D1", day(0)),)
        assert settle(stand, day(5000)).state is State.ADOPTED


def test_who_has_withdrawn_comes_back_by_adopting():
    stand = play((0, ADOPT), (10, notice(100)), (200, ADOPT))
    assert stand.state is State.ADOPTED
    assert stand.adoptions[-2:] == (Adoption(None, day(100)), Adoption("D1", day(200)))


def test_a_suspension_does_not_stop_a_notice():
    for acts in ([(5, SUSPEND), (10, notice(100))], [(10, notice(100)), (20, SUSPEND)]):
        stand = play((0, ADOPT), *acts)
        assert stand.state is State.SUSPENDED_UNDER_NOTICE
        assert settle(stand, day(100)).state is State.WITHDRAWN
        assert advance(stand, RESUME, day(30)).state is State.NOTICE_GIVEN
        assert advance(stand, RESUME, day(30)).effective == day(100)


def test_time_passes_before_an_act():
    stand = play((0, ADOPT), (10, notice(100)))
    with pytest.raises(InputError, match="state is withdrawn"):
        advance(stand, STOP, day(100))


@pytest.mark.parametrize(
    ("acts", "says"),
    [
        ([(0, SUSPEND)], "state is none .what can follow is adoption"),
        ([(0, ADOPT), (1, ADOPT)], "adopted already"),
        ([(0, Act("adoption"))], "names no digest"),
        ([(0, ADOPT), (1, Act("withdrawal-from-arrangement"))], "names no effective date"),
        ([(0, ADOPT), (1, RESUME)], "resumption of arrangement cannot follow"),
        ([(0, ADOPT), (1, STOP)], "suspension of notice cannot follow"),
        ([(0, ADOPT), (2, SUSPEND), (1, RESUME)], "the last act was at"),
    ],
)
def test_what_cannot_follow(acts, says):
    with pytest.raises(InputError, match=says):
        play(*acts)


def test_an_effective_date_is_an_instant():
    act = Act("withdrawal-from-arrangement", effective="2019-11-23")
    with pytest.raises(FormatError):
        advance(play((0, ADOPT)), act, day(1))


def test_every_row_of_the_table_can_be_reached():
    reached = set()
    acts = [ADOPT, Act("adoption", digest="D2"), SUSPEND, RESUME, STOP, RUN]

    def walk(stand: Stand, number: int) -> None:
        if number > 5:
            return
        for act in [*acts, notice(number + 90)]:
            if (stand.state, act.event) in TRANSITIONS:
                try:
                    after = advance(stand, act, day(number))
                except InputError:
                    continue
                reached.add((stand.state, act.event))
                walk(after, number + 1)
        if settle(stand, day(1000)).state is not stand.state:
            reached.add((stand.state, "effective date"))
            walk(settle(stand, day(1000)), number + 1) if number < 2 else None

    walk(Stand(), 0)
    reached.add((State.WITHDRAWN, "adoption"))
    assert reached == set(TRANSITIONS)


@settings(max_examples=100, deadline=None)
@given(st.lists(st.tuples(st.floats(0, 40), st.sampled_from(range(7))), max_size=12))
def test_a_clock_runs_exactly_while_a_notice_stands(steps):
    number, stand = 0.0, Stand()
    for wait, choice in steps:
        number += wait
        act = [ADOPT, Act("adoption", digest="D2"), SUSPEND, RESUME, STOP, RUN, notice(number + 91)]
        try:
            stand = advance(stand, act[choice], day(number))
        except InputError:
            continue
        running = stand.state in (State.NOTICE_GIVEN, State.SUSPENDED_UNDER_NOTICE)
        assert (stand.effective is not None) == running
        assert (stand.remaining is not None) == (stand.state is State.NOTICE_SUSPENDED)
        assert bool(stand.adoptions) == (stand.state is not State.NONE)


def test_the_diagram_has_every_row():
    text = diagram()
    assert text.startswith("stateDiagram-v2\n    [*] --> none\n")
    assert sum(" --> " in line and ": " in line for line in text.splitlines()) == len(TRANSITIONS)
    assert '    state "notice-given" as notice_given\n' in text
    assert "    notice_given --> withdrawn: effective date\n" in text
