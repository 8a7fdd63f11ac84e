from __future__ import annotations

import msgspec
import pytest

from trilogue.errors import InputError
from trilogue.marking import Scale

from .scales import LEVELS, SCALE


def test_levels_stand_in_order_however_they_are_given():
    assert [level.id for level in Scale(LEVELS[::-1], {}).levels] == [
        "CONFIDENTIAL",
        "SECRET",
        "TOP SECRET",
    ]


def test_the_highest_is_by_rank_and_not_by_name():
    assert SCALE.highest(["SECRET", "CONFIDENTIAL", "TOP SECRET", "SECRET"]) == "TOP SECRET"


def test_equivalents_read_in_every_language():
    assert SCALE.own("SECRET", "KR") == "군사II급비밀"
    assert SCALE.equivalent("SECRET", "JP", "ja") == "極秘"
    assert SCALE.equivalent("SECRET", "JP", "ko") == "일 S"


def test_membership_is_by_id():
    assert "SECRET" in SCALE
    assert "S" not in SCALE


@pytest.mark.parametrize(
    ("ask", "says"),
    [
        (lambda: SCALE.rank("COSMIC"), "no such level: 'COSMIC'"),
        (lambda: SCALE.level_of_mark("X"), "no level is marked 'X'"),
        (lambda: SCALE.equivalent("SECRET", "FR", "en"), "no equivalent for FR"),
        (lambda: SCALE.equivalent("SECRET", "JP", "fr"), "no equivalent for JP in 'fr'"),
        (lambda: SCALE.own("SECRET", "FR"), "no language is known for 'FR'"),
        (lambda: Scale([], {}), "without levels"),
    ],
)
def test_nothing_is_made_up(ask, says):
    with pytest.raises(InputError, match=says):
        ask()


@pytest.mark.parametrize("field", ["id", "rank", "mark"])
def test_two_levels_may_not_share(field):
    low, high = LEVELS[:2]
    double = msgspec.structs.replace(high, **{field: getattr(low, field)})
    with pytest.raises(InputError, match=f"two levels share one {field}"):
        Scale([low, double], {})
