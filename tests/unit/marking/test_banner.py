from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from trilogue.errors import InputError
from trilogue.marking import Marking, banner, mark

from .scales import SCALE

PARTICIPANTS = st.sampled_from(["KR", "US", "JP"])
MARKINGS = st.builds(
    mark,
    st.sampled_from([level.id for level in SCALE.levels]),
    st.sets(PARTICIPANTS, min_size=1),
    releasable_to=st.sets(PARTICIPANTS),
    caveats=st.sets(st.sampled_from(["ORCON", "TISA", "EXERCISE"])),
)
SEVERAL = st.lists(MARKINGS, min_size=1, max_size=5)


def test_it_is_the_highest_level_and_the_smallest_audience():
    rolled = banner(
        [
            mark("SECRET", ["KR"], releasable_to=["JP", "US"], caveats=["ORCON"]),
            mark("TOP SECRET", ["KR"], releasable_to=["US"], caveats=["TISA"]),
        ],
        SCALE,
    )
    assert rolled == mark("TOP SECRET", ["KR"], releasable_to=["US"], caveats=["ORCON", "TISA"])


def test_what_two_made_for_each_other_goes_to_both():
    kr, us = (
        mark("SECRET", ["KR"], releasable_to=["US"]),
        mark("SECRET", ["US"], releasable_to=["KR"]),
    )
    assert banner([kr, us], SCALE).releasable_to == ("KR", "US")


def test_what_one_made_for_itself_keeps_the_whole_at_home():
    kr, us = mark("SECRET", ["KR"], releasable_to=["US"]), mark("SECRET", ["US"])
    assert banner([kr, us], SCALE).releasable_to == ("US",)


def test_nothing_is_not_a_marking():
    with pytest.raises(InputError, match="empty means deny"):
        banner([], SCALE)


def test_an_unknown_level_is_not_rolled_up():
    with pytest.raises(InputError, match="no such level"):
        banner([mark("COSMIC", ["KR"])], SCALE)


@settings(max_examples=60, deadline=None)
@given(SEVERAL)
def test_who_reads_the_whole_is_who_reads_every_portion(markings: list[Marking]):
    rolled = banner(markings, SCALE)
    assert rolled.readers == frozenset.intersection(*(m.readers for m in markings))
    assert all(SCALE.rank(rolled.level) >= SCALE.rank(m.level) for m in markings)
    assert all(set(m.caveats) <= set(rolled.caveats) for m in markings)
    assert all(set(m.originators) <= set(rolled.originators) for m in markings)


@settings(max_examples=60, deadline=None)
@given(SEVERAL, SEVERAL, st.randoms())
def test_the_order_and_the_grouping_do_not_matter(left, right, random):
    whole = banner([*left, *right], SCALE)
    assert banner([banner(left, SCALE), banner(right, SCALE)], SCALE) == whole
    shuffled = [*left, *right]
    random.shuffle(shuffled)
    assert banner(shuffled, SCALE) == whole
