from __future__ import annotations

from statistics import fmean

import pytest

from trilogue.analysis.seismology import Ellipse
from trilogue.analysis.seismology.events import KnownEvent, KnownTest, known_events, known_tests
from trilogue.analysis.seismology.identification import Identification, identify


def of(event: KnownEvent, **extra: float | None) -> Identification:
    mbs = [one.value for one in event.magnitudes if one.scale == "mb"]
    return identify(
        event.latitude,
        event.longitude,
        mb=fmean(mbs) if mbs else None,
        mw=event.mw,
        origin=event.origin,
        **extra,
    )


@pytest.mark.parametrize("test", known_tests().values(), ids=known_tests().keys())
def test_tests_are_explosions_by_place_and_moment(test: KnownTest) -> None:
    """Each is compared with the five others, and without its depth, which nobody found."""
    found = of(test)
    assert found.kind == "explosion"
    assert found.probability > 0.95
    assert "nearest known test" in found.reasons[0]
    assert "Mw" in found.reasons[1]


@pytest.mark.parametrize("name", ["EQ_Gyeongju_foreshock_or_main", "EQ_Pohang"])
def test_earthquakes_are_not(name: str) -> None:
    event = known_events()[name]
    found = of(event, depth_m=event.depth_m)
    assert found.kind == "earthquake"
    assert found.probability < 0.01


def test_place_alone_decides_nothing() -> None:
    """The collapse lies where the tests lie, and was none."""
    found = of(known_events()["DPRK6_collapse"])
    assert found.kind == "unknown"
    assert "place alone decides nothing" in found.reasons[-1]


def test_an_event_does_not_prove_itself() -> None:
    test = known_tests()["DPRK1"]
    with_itself = identify(test.latitude, test.longitude, mb=4.2, mw=3.84)
    without = identify(test.latitude, test.longitude, mb=4.2, mw=3.84, origin=test.origin)
    assert "0.0 km" in with_itself.reasons[0]
    assert "2.4 km" in without.reasons[0]
    assert without.probability < with_itself.probability


def test_a_vague_place_says_little() -> None:
    sharp = identify(41.3, 129.08, mb=5.1, mw=4.5)
    vague = identify(
        41.3, 129.08, mb=5.1, mw=4.5, ellipse=Ellipse(41.3, 129.08, 9e5, 1e5, 10.0, 0.9)
    )
    assert vague.probability < sharp.probability


def test_a_deep_event_at_the_site_is_an_earthquake() -> None:
    found = identify(41.3, 129.08, depth_m=15_000.0, depth_sd_m=2_000.0)
    assert found.kind == "earthquake"


def test_evidence_that_does_not_carry_is_unknown() -> None:
    found = identify(40.9, 128.6, depth_m=2_000.0, depth_sd_m=8_000.0)
    assert found.kind in ("unknown", "earthquake")
    near = identify(41.25, 129.0, depth_m=4_500.0, depth_sd_m=2_000.0)
    assert near.kind == "unknown"
    assert 0.05 < near.probability < 0.95
