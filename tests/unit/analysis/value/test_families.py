"""What is flown comes from the record: reaches, lofts, sites."""

import pytest

from trilogue.analysis.flight.arc import minimum_energy_apogee_m
from trilogue.analysis.flight.record import record
from trilogue.analysis.flight.simulate import simulate
from trilogue.analysis.geodesy import inverse
from trilogue.analysis.value.families import FAMILIES, flights_of, site, sites
from trilogue.analysis.value.missiles import fitted


@pytest.mark.parametrize(
    ("family", "low_km", "high_km"),
    [("scud", 300, 700), ("rodong", 900, 1_500), ("musudan", 2_500, 4_600), ("icbm", 8e3, 14e3)],
)
def test_each_class_reaches_as_far_as_is_published_of_it(family, low_km, high_km) -> None:
    least = flights_of(family)[0]
    assert least.shape == "minimum-energy"
    assert low_km <= least.range_m / 1e3 <= high_km


def test_lofted_flights_are_flights_of_the_record() -> None:
    flown = {(one.apogee_m, one.distance_m) for one in record()}
    lofted = [one for name in FAMILIES for one in flights_of(name) if one.shape == "lofted"]
    assert {one.name for one in lofted} == {"Rodong", "Musudan", "ICBM"}
    for one in lofted:
        assert (one.apogee_m, one.range_m) in flown
        assert one.apogee_m > 1.5 * minimum_energy_apogee_m(one.range_m)


@pytest.mark.parametrize("name", FAMILIES)
def test_a_missile_makes_the_flight_it_is_fitted_to(name) -> None:
    for wanted in flights_of(name):
        path = simulate(fitted(wanted).missile, 39.5, 127.0, 90.0)
        assert abs(path.apogee_m / wanted.apogee_m - 1.0) < 0.02
        # Flown due east rather than so as to come down there: the Earth turns meanwhile.
        assert abs(path.range_m / wanted.range_m - 1.0) < 0.2


def test_sites_are_those_most_used_and_apart() -> None:
    found = sites(6)
    assert [one.launches for one in found] == sorted((s.launches for s in found), reverse=True)
    assert sum(one.launches for one in sites(1_000)) == sum(
        one.latitude is not None for one in record()
    )
    for k, one in enumerate(found):
        for other in found[k + 1 :]:
            apart = inverse(one.latitude, one.longitude, other.latitude, other.longitude)[0]
            assert apart >= 75e3


def test_what_is_not_on_record_is_refused_with_what_is() -> None:
    with pytest.raises(ValueError, match="no class 'V-2'; there are scud, rodong"):
        flights_of("V-2")
    with pytest.raises(ValueError, match=r"no site 'atlantis'; it has .*sinpo"):
        site("atlantis")
