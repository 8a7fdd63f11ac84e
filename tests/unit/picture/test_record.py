"""The bridge to the launch record: what enters, as what, and what does not, with its reason."""

from __future__ import annotations

from collections import Counter
from typing import Any

import pytest
from tests.support.flights import readable
from tests.support.launches import SUNCHON, activity, estimated, launch

from trilogue.figures.patterns.words import site_names
from trilogue.picture.places import Site, Sites, around
from trilogue.picture.record import LaunchRecord, launch_record
from trilogue.picture.rows import class_of, entry_of, row_of
from trilogue.picture.sources import Readable
from trilogue.reports.cite import PortionRef
from trilogue.reports.payloads.launch import MissileClass
from trilogue.reports.payloads.quantities import Measured, Position

SITES = Sites(site_names())
TODAY = "2026-11-26"
UNKNOWN = Site("unknown", "Unknown", None, None)


def made(*portions: Readable, today: str = TODAY) -> LaunchRecord:
    return launch_record(portions, ("KR", "US", "JP"), site_names(), today)


def row(**fields: Any) -> dict[str, str]:
    found = row_of(launch(**fields), SITES)
    assert found is not None
    return found


# Classes.


@pytest.mark.parametrize(("probability", "missile"), [(0.8, "nodong"), (0.79, "unknown")])
def test_a_class_is_stated_when_it_is_very_likely(probability: float, missile: str) -> None:
    assert class_of(launch(probability=probability)) == missile


def test_a_class_that_the_record_does_not_know_keeps_its_name() -> None:
    found = row(missile="hwasong-99")
    assert (found["missile_id"], found["type"]) == ("hwasong-99", "Unknown")
    assert row(missile="nodong")["type"] == "MRBM"


def test_that_it_is_unknown_may_be_very_likely() -> None:
    classes = (
        MissileClass(name="unknown", probability=0.9),
        MissileClass(name="x", probability=0.1),
    )
    assert class_of(launch(classes=classes)) == "unknown"


# Days and times.


@pytest.mark.parametrize(
    ("at", "sd_s", "when"),
    [
        ("2016-08-12T22:53:59.999Z", None, ("2016-08-12", "22:53")),
        ("2016-08-12T22:53:10.000Z", 1000.0, ("2016-08-12", "22:53")),
        ("2016-08-12T12:00:00.000Z", 1200.0, ("2016-08-12", "")),
        ("2016-08-12T23:50:00.000Z", 1200.0, ("2016-08", "")),
        ("2016-08-12T12:00:00.000Z", 86_400.0, ("2016-08", "")),
        ("0001-01-01T00:00:00.000Z", 1e300, None),
        ("2016-08-31T12:00:00.000Z", 86_400.0, None),
    ],
)
def test_a_time_is_as_sure_as_it_is_stated(
    at: str, sd_s: float | None, when: tuple[str, str] | None
) -> None:
    found = row_of(launch(at, sd_s), SITES)
    assert (found and (found["date_utc"], found["time_utc"])) == when


def test_without_a_time_the_stated_period_is_what_is_known() -> None:
    day = ("2016-08-12T01:00:00.000Z", "2016-08-12T23:00:00.000Z")
    found = row_of(launch(None), SITES, day)
    assert found is not None
    assert (found["date_utc"], found["time_utc"]) == ("2016-08-12", "")
    assert row_of(launch(None), SITES) is None


# Lengths.


@pytest.mark.parametrize(
    ("measured", "written"),
    [
        (None, ""),
        (Measured(2_111_500.0, None), "2111.5"),
        (Measured(787_000.0, None), "787"),
        (Measured(2_111_500.0, 100.0), "2112"),
        (Measured(2_116_500.0, 1_000.0), "2120"),
        (Measured(2_116_500.0, 10_000.0), "2100"),
        (Measured(2_116_500.0, 25_000.0), "2100"),
        (Measured(2_116_500.0, 30_000.0), ""),
        (Measured(640_000.0, 20_000.0), ""),
    ],
)
def test_digits_are_no_surer_than_the_uncertainty(measured: Measured | None, written: str) -> None:
    assert row(apogee_m=measured)["apogee_km"] == written


# Sites.


@pytest.mark.parametrize("name", ["Sunchon Airbase", "sunchon", "SUNCHON airbase", "순천비행장"])
def test_a_name_that_is_known_in_any_language_is_the_site(name: str) -> None:
    assert SITES.find(name, None).site_id == "sunchon"
    assert SITES.find(name, estimated(*SUNCHON)) == SITES.find(name, None)


def test_a_name_of_two_sites_names_neither() -> None:
    sites = Sites({"The airfield": "sunchon", "the Airfield": "hwangju"})
    assert sites.find("the airfield", None).site_id == "the airfield"
    assert sites.find("the airfield", estimated(*SUNCHON)).site_id == "sunchon"


def test_a_name_and_a_place_that_contradict_each_other_both_stand() -> None:
    found = SITES.find("Sunchon Airbase", estimated(41.0, 129.0))
    assert (found.site_id, found.latitude, found.longitude) == ("sunchon", 41.0, 129.0)


def test_a_place_speaks_of_a_site_that_it_holds_and_of_no_other() -> None:
    assert SITES.find(None, estimated(*SUNCHON)).site_id == "sunchon"
    # Nothing near: a place of its own. Several within reach: nobody knows which.
    assert SITES.find(None, estimated(40.65, 127.35)).site_id == "40.65, 127.35"
    assert SITES.find(None, estimated(*SUNCHON, major=90_000.0, minor=90_000.0)) == UNKNOWN
    # Neither held (3.3 km off, 2.1 sd) nor excluded (3.0 sd): unknown, too.
    assert SITES.find(None, estimated(SUNCHON[0] + 0.037, SUNCHON[1], 0.0, 0.0)) == UNKNOWN


def test_a_name_that_is_not_known_is_a_place_of_its_own() -> None:
    assert SITES.find("Nowhere Base", None) == Site("Nowhere Base", "Nowhere Base", None, None)
    own = SITES.find("Nowhere Base", estimated(40.65, 127.35))
    assert (own.site_id, own.latitude) == ("Nowhere Base", 40.65)
    # ... unless its place says that it is another name of a known one.
    assert SITES.find("The old strip", estimated(*SUNCHON)).site_id == "sunchon"
    assert SITES.find("unknown", None) == SITES.find(None, None) == UNKNOWN


def test_the_other_side_of_the_earth_and_no_uncertainty_are_places_as_well() -> None:
    far = estimated(-SUNCHON[0], SUNCHON[1] - 180.0)
    assert SITES.find(None, far).latitude == -SUNCHON[0]
    surveyed = Position(latitude=SUNCHON[0], longitude=SUNCHON[1], height_m=None, sd_m=None)
    assert SITES.find(None, around(surveyed)).site_id == "sunchon"


# The record.


def test_each_participant_is_a_source_and_each_row_keeps_its_portion() -> None:
    known = launch("2016-08-02T22:53:10.000Z", site="Hwangju", position=None)
    kr, us = readable("KR", 3, known), readable("US", 9, known)
    found = made(us, kr)
    assert [one.name for one in found.sources] == ["nagix", "KR", "US"]
    assert found.rows == {("KR", 1): kr, ("US", 1): us}
    (merged,) = [one for one in found.merged if len(one.entries) == 3]
    assert [entry.source for entry in merged.entries] == ["nagix", "KR", "US"]
    assert len(found.launches) == found.public_rows == 339
    # Both participants say the same.
    assert {one.columns for one in found.conflicts if one.said[0][0] != "nagix"} == set()


def test_a_contradiction_is_shown_and_not_averaged() -> None:
    told = launch("2016-07-09T02:28:10.000Z", site="sinpo", position=None)
    found = made(readable("KR", 3, told))
    kinds = {(one.kind, *one.columns) for one in found.conflicts}
    assert ("value", "missile_id") in kinds
    assert not {"alone", "blank"} & {kind for kind, *_ in kinds}


def test_the_record_depends_on_the_set_of_portions_alone() -> None:
    portions = [
        readable("KR", 9, launch("2016-08-12T22:53:10.000Z")),
        readable("KR", 4, launch("2016-08-12T22:55:10.000Z")),
        readable("JP", 5, activity(), language="ko"),
    ]
    one, other = made(*portions), made(*portions[::-1])
    assert (one.merged, one.rows, one.activity) == (other.merged, other.rows, other.activity)
    assert one.rows["KR", 1] == portions[0]  # the earlier launch, wherever it stands in a log


def test_what_was_superseded_is_not_in_it() -> None:
    old = readable("KR", 3, launch())
    new = readable(
        "KR", 4, launch(sd_s=1.0), supersedes=PortionRef(report=old.report, portion=old.portion)
    )
    foreign = readable(
        "JP", 5, launch(), supersedes=PortionRef(report=new.report, portion=new.portion)
    )
    found = made(old, new, foreign)
    assert set(found.behind) == {new, foreign}
    assert [(one.source, one.why) for one in found.not_entered] == [(old, "superseded")]


def test_what_took_another_out_stands_behind_the_record_though_it_is_no_row() -> None:
    old = readable("KR", 3, launch())
    new = readable(
        "KR", 4, launch(None), supersedes=PortionRef(report=old.report, portion=old.portion)
    )
    other = readable("KR", 5, launch("2016-08-13T22:53:10.000Z"))
    found = made(old, new, other)
    assert list(found.rows.values()) == [other]
    assert found.behind == (new, other)
    assert made(old, new).behind == ()
    assert sorted(one.why for one in found.not_entered) == ["no-month", "superseded"]


def test_what_is_no_row_displaces_nothing() -> None:
    kr = readable("KR", 3, launch(None))
    us = readable("US", 9, launch(), [kr])
    assert made(us, kr).behind == (us,)


def test_a_derived_launch_beside_the_one_it_came_of_counts_once() -> None:
    kr = readable("KR", 3, launch())
    us = readable("US", 9, launch("2016-08-12T23:53:10.000Z"), [kr])
    found = made(us, kr)
    assert found.behind == (kr,)
    assert [(one.source, one.why) for one in found.not_entered] == [(us, "counted")]
    assert made(us).behind == (us,)


def test_two_of_one_source_are_one_launch_unless_their_times_exclude_each_other() -> None:
    plots = readable("KR", 1, launch("2016-01-01T00:00:00.000Z"))  # stands for any portion
    first = readable("US", 2, launch("2016-08-12T22:53:10.000Z", 2.0), [plots])
    again = readable("US", 3, launch("2016-08-12T22:53:12.000Z", 2.0), [plots])
    later = readable("US", 4, launch("2016-08-12T22:54:10.000Z", 2.0), [plots])
    assert Counter(one.why for one in made(first, again).not_entered) == {"counted": 1}
    assert set(made(first, later).behind) == {first, later}
    assert len(made(first, again, later).behind) == 2
    unsure = readable("US", 5, launch("2016-08-12T22:54:10.000Z", None), [plots])
    assert len(made(first, unsure).behind) == 1


def test_versions_of_one_portion_are_one_launch_whatever_their_times() -> None:
    fine = readable("KR", 3, launch())
    versions = [
        readable("KR", 4 + n, launch(f"2016-08-12T2{n}:00:00.000Z"), tearline_of=fine.portion)
        for n in range(2)
    ]
    assert len(made(*versions).behind) == 1


def test_what_cannot_enter_is_listed_and_everything_is_counted_once() -> None:
    portions = [
        readable("KR", 3, launch()),
        readable("KR", 4, launch(None)),
        readable("KR", 5, launch("1905-05-27T04:00:00.000Z")),
        readable("KR", 6, launch("2026-11-27T00:00:00.000Z")),
        readable("KR", 7, launch(apogee_m=Measured(1e12, None))),
        readable("KR", 9, launch(position=estimated(-SUNCHON[0], SUNCHON[1] - 180.0))),
        readable("JP", 8, activity(), language="ko"),
    ]
    found = made(*portions)
    assert sorted(one.why for one in found.not_entered) == [
        "elsewhere", "no-month", "not-a-row", "to-come", "too-early",
    ]  # fmt: skip
    assert sorted(one.portion for one in found.in_hand) == sorted(one.portion for one in portions)
    assert len(made(portions[3], today="2026-11-27").behind) == 1


def test_what_somebody_wrote_cannot_break_out_of_its_column() -> None:
    found = row(site='a","b\nc\u2028d', position=None)
    entry = entry_of("KR", found)
    assert entry is not None
    assert entry.raw["facility"] == 'a","b c d'


def test_activity_is_told_with_the_launch_soon_after() -> None:
    seen = readable("JP", 5, activity(), language="ko")
    (one,) = made(seen, readable("KR", 3, launch())).activity
    assert (one.site.site_id, one.launched) == ("sunchon", "2016-08-12")
    assert made(seen).activity[0].launched is None
    late = readable("KR", 3, launch("2016-08-30T01:00:00.000Z"))
    assert made(seen, late).activity[0].launched is None
