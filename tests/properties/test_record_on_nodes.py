"""JP's launch record is made of what it may read, whatever it was not granted, lost, or heard when.

Two runs of one story, over three nodes, as for flights (`test_flights_on_nodes`): in the first some
reports are shared with others alone, some are granted to JP and withdrawn, and JP looks on. In the
second there is only what JP holds in the end.
"""

from __future__ import annotations

import shutil
import tempfile
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from hypothesis import example, given, settings
from hypothesis import strategies as st
from tests.properties.test_noninterference import fixed_randomness
from tests.support.flights import readable
from tests.support.launches import activity, estimated, file, launch, share
from tests.support.trio import START, Trio

from trilogue.encoding import instant
from trilogue.figures.patterns.words import site_names
from trilogue.picture.record import LaunchRecord, launch_record
from trilogue.reports.payloads.launch import Launch
from trilogue.reports.payloads.quantities import Measured, Moment
from trilogue.reports.payloads.site import SiteActivity

EXAMPLES = max(4, settings.default.max_examples // 25)
TODAY = "2026-11-26"


@dataclass(frozen=True)
class Scene:
    """One report. `fate`: kept by JP, hidden from it, or granted and withdrawn."""

    number: int
    fate: str

    @property
    def owner(self) -> str:
        """Whose it is."""
        return ("KR", "JP", "US", "KR", "US", "KR")[self.number]

    @property
    def payload(self) -> Launch | SiteActivity:
        """What is reported: launches alike and apart, known to the public and not, and activity."""
        return (
            launch("2016-08-12T22:53:10.000Z"),
            launch("2016-08-12T22:53:20.000Z", probability=0.5),
            launch("2016-07-09T02:28:10.000Z", site="sinpo", position=None, outcome="success"),
            launch("2016-08-12T23:30:00.000Z", missile="scud-c"),
            launch(None),
            activity(),
        )[self.number]


def stories(*fates: str) -> st.SearchStrategy[list[Scene]]:
    """Draw reports with their fates, in any order."""
    return st.lists(
        st.builds(Scene, st.integers(0, 5), st.sampled_from(fates)),
        unique_by=lambda scene: scene.number,
        min_size=1,
    )


def play(trio: Trio, story: Sequence[Scene], *, looking: bool) -> set[str]:
    """Play a story; return the portions that JP may read in the end.

    Random bytes are a report's own, so that both runs draw the same.
    """
    trio.clock.tick = 0.0
    left = set()
    for step, scene in enumerate(story):
        trio.clock.now = instant.plus(START, 60 * (step + 1))
        with fixed_randomness(f"report {scene.number}"):
            filed = file(trio, scene.owner, scene.payload)
        if scene.fate == "kept" or scene.owner == "JP":
            left |= set(filed.portions)
        if scene.owner == "JP":
            continue
        other = "US" if scene.owner == "KR" else "KR"
        grant = share(trio, filed, *((other,) if scene.fate == "hidden" else (other, "JP")))
        trio.settle()
        if looking:
            record(trio)
        if scene.fate == "withdrawn":
            trio.withdraw(grant)
            trio.settle()
    return left


def record(trio: Trio) -> LaunchRecord:
    """Return JP's record."""
    patterning = trio["JP"].patterning
    return patterning.record_of(patterning.in_hand())


def seen(one: LaunchRecord) -> Any:
    """Return all that a record says, but where in the logs its portions stand."""
    return (
        [[(e.source, e.line, dict(e.raw)) for e in merged.entries] for merged in one.merged],
        one.launches,
        {row: (source.portion, source.header) for row, source in one.rows.items()},
        one.conflicts,
        [(each.source.portion, each.seen, each.site, each.launched) for each in one.activity],
        sorted((each.source.portion, each.why) for each in one.not_entered),
    )


def twins(story: list[Scene]) -> None:
    """Compare the two runs of a story, and what is in the record with what may be read."""
    left = [one for one in story if one.fate == "kept" or one.owner == "JP"]
    base = Path(tempfile.mkdtemp(prefix="record-"))
    found = []
    try:
        for name, told in (("first", story), ("second", left)):
            trio = Trio.copy(base / name)
            readable_now = play(trio, told, looking=name == "first")
            one = record(trio)
            assert Counter(each.portion for each in one.in_hand) == Counter(readable_now)
            found.append(seen(one))
            trio.close()
    finally:
        shutil.rmtree(base)
    assert found[0] == found[1]


@settings(max_examples=EXAMPLES)
@given(stories("kept", "hidden"))
@example([Scene(0, "hidden"), Scene(1, "kept")])
def test_what_was_not_granted_changes_nothing(story: list[Scene]) -> None:
    twins(story)


@settings(max_examples=EXAMPLES)
@given(stories("kept", "withdrawn"))
@example([Scene(0, "withdrawn"), Scene(1, "kept"), Scene(5, "withdrawn")])
def test_a_withdrawal_leaves_no_trace(story: list[Scene]) -> None:
    twins(story)


def test_the_comparison_sees_what_is_granted(tmp_path: Path) -> None:
    found = []
    for name, fate in (("hidden", "hidden"), ("kept", "kept")):
        trio = Trio.copy(tmp_path / name)
        play(trio, [Scene(0, fate), Scene(1, "kept")], looking=False)
        found.append(seen(record(trio)))
        trio.close()
    assert found[0] != found[1]


NUMBERS = st.floats(0.0, 1e300)
MEASURED = st.none() | st.builds(Measured, NUMBERS, st.none() | NUMBERS)
LAUNCHES = st.builds(
    lambda at, sd, place, axes, apogee, distance, site, missile: launch(
        None,
        time=at and Moment(instant=at, sd_s=sd),
        position=place and estimated(*place, max(axes), min(axes)),
        apogee_m=apogee,
        distance_m=distance,
        site=site,
        missile=missile,
    ),
    st.none()
    | st.datetimes().map(lambda one: one.isoformat(timespec="milliseconds") + "Z")
    | st.just("2016-08-12T22:53:10.000Z"),
    st.none() | NUMBERS,
    st.none() | st.tuples(st.floats(-90.0, 90.0), st.floats(-180.0, 180.0)),
    st.tuples(NUMBERS, NUMBERS),
    MEASURED,
    MEASURED,
    st.none() | st.text(min_size=1, max_size=40) | st.sampled_from(["순천비행장", "unknown", "NA"]),
    st.sampled_from(["nodong", "Unknown", "na", "hwasong-99", "0"]),
)


@given(st.lists(LAUNCHES, max_size=4))
def test_whatever_launches_are_reported_each_is_in_the_record_or_listed(
    launches: list[Launch],
) -> None:
    portions = [readable("KR", number, one) for number, one in enumerate(launches)]
    made = launch_record(portions, ("KR", "US", "JP"), site_names(), TODAY)
    assert Counter(one.portion for one in made.in_hand) == Counter(one.portion for one in portions)
    assert sum(len(one.entries) for one in made.merged) == 339 + len(made.rows)
    for merged in made.merged:
        for entry in merged.entries:
            assert "1948" < entry.launch.date <= TODAY
