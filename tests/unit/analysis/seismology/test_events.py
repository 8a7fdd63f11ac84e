from __future__ import annotations

import pytest

from trilogue.analysis.seismology.events import KnownTest, known_events, known_tests


def test_the_record_holds_six_tests_a_collapse_and_two_earthquakes() -> None:
    assert len(known_events()) == 9
    assert list(known_tests()) == [f"DPRK{i}" for i in range(1, 7)]
    assert not isinstance(known_events()["DPRK6_collapse"], KnownTest)


def test_a_test_has_its_place_time_and_yield() -> None:
    test = known_tests()["DPRK6"]
    assert (test.latitude, test.longitude) == (41.3018, 129.0738)
    assert test.origin == pytest.approx(1504409401.655)
    assert (test.yield_kt, test.yield_sd_kt) == (109.4, 48.6)


@pytest.mark.parametrize(
    ("name", "values", "sourced"),
    [
        ("DPRK1", [4.3, 4.2, 4.0], True),
        ("DPRK3", [5.1], True),
        ("DPRK4", [5.1], False),
        ("DPRK6", [6.3, 6.1, 6.2], True),
        ("EQ_Gyeongju_foreshock_or_main", [5.4], True),
        ("EQ_Pohang", [], True),
    ],
)
def test_magnitudes_are_those_published_and_flagged_where_unsourced(
    name: str, values: list[float], sourced: bool
) -> None:
    magnitudes = known_events()[name].magnitudes
    assert [one.value for one in magnitudes] == values
    assert all(one.sourced is sourced and one.scale == "mb" for one in magnitudes)


def test_another_scale_is_not_taken_for_mb() -> None:
    (magnitude,) = known_events()["DPRK6_collapse"].magnitudes
    assert (magnitude.scale, magnitude.value, magnitude.sourced) == ("ML", 4.1, False)
