"""JP's flights are the same, to the last bit, whatever it was not granted, lost, or was given late.

Two runs of one story, over three nodes. In the first some reports are shared with others alone,
some are granted to JP and withdrawn, and they come in any order, with JP looking on. In the second
there is only what JP holds in the end, in the order of time, and one look.
"""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from hypothesis import example, given, settings
from hypothesis import strategies as st
from tests.properties.test_noninterference import fixed_randomness
from tests.support.flights import Shared, bits, cut, grant_plots, submit_plots, table
from tests.support.trio import START, Trio

from trilogue.encoding import instant
from trilogue.picture.missiles import RaidPicture

EXAMPLES = max(4, settings.default.max_examples // 25)


@dataclass(frozen=True)
class Scene:
    """One report of plots. `fate`: kept by JP, hidden from it, or granted and withdrawn."""

    number: int
    fate: str

    @property
    def shared(self) -> Shared:
        """What is reported."""
        return reports()[self.number]


@cache
def reports() -> tuple[Shared, ...]:
    """Return what some sensors saw, in stretches of half a minute: several reports of each."""
    looking = ("kr-ground", "jp-west", "kr-ship", "us-ship", "us-east")
    return tuple(one for one in cut(table(until=60.0, every=4), 30.0) if one.sensor in looking)


@cache
def steady() -> tuple[int, ...]:
    """Return the reports of one radar of KR's and one of JP's: a flight to begin with."""
    return tuple(n for n, one in enumerate(reports()) if one.sensor in ("kr-ground", "jp-west"))


def stories(*fates: str) -> st.SearchStrategy[list[Scene]]:
    """Draw reports with their fates, those of the steady sensors kept among them, in any order."""
    others = [n for n in range(len(reports())) if n not in steady()]
    drawn = st.lists(st.sampled_from(others), unique=True, min_size=2, max_size=7).flatmap(
        lambda numbers: st.tuples(
            *(st.builds(Scene, st.just(n), st.sampled_from(fates)) for n in numbers)
        )
    )
    kept = [Scene(n, "kept") for n in steady()]
    return drawn.flatmap(lambda scenes: st.permutations([*kept, *scenes]))


def one_of_a_sensor(fate: str) -> list[Scene]:
    """Return a story in which one report of a sensor has a fate, and another one is kept."""
    first, second, *_ = (n for n, one in enumerate(reports()) if one.sensor == "kr-ship")
    return [Scene(n, "kept") for n in (*steady(), first)] + [Scene(second, fate)]


def play(trio: Trio, story: Sequence[Scene], *, looking: bool) -> None:
    """Play a story. Random bytes are a report's own, so that both runs draw the same."""
    trio.clock.tick = 0.0
    for step, scene in enumerate(story):
        trio.clock.now = instant.plus(START, 60 * (step + 1))
        with fixed_randomness(f"report {scene.number}"):
            filed = submit_plots(trio, [scene.shared])
        if scene.shared.owner == "JP":
            continue
        other = "US" if scene.shared.owner == "KR" else "KR"
        audience = (other,) if scene.fate == "hidden" else (other, "JP")
        grant = grant_plots(trio, filed, *audience)
        trio.settle()
        if looking and (step % 3 == 0 or scene.fate == "withdrawn"):
            trio["JP"].picturing.flights()
        if scene.fate == "withdrawn":
            trio.withdraw(grant)
            trio.settle()


def seen(raids: Sequence[RaidPicture]) -> list[Any]:
    """Return all that a picture says, but where in the logs its sources stand."""
    return [
        (
            raid.first_seen,
            one.coalition,
            bits(one.picture),
            sorted({source.portion for sources in one.lineage for source in sources}),
            sorted((aside.source.portion, aside.reason) for aside in one.aside),
            one.reason,
        )
        for raid in raids
        for one in raid.coalitions
    ]


def twins(story: list[Scene]) -> None:
    """Compare the two runs of a story."""
    left = [one for one in story if one.fate == "kept" or one.shared.owner == "JP"]
    left.sort(key=lambda one: one.shared.begins)
    base = Path(tempfile.mkdtemp(prefix="flights-"))
    found = []
    try:
        for name, told in (("first", story), ("second", left)):
            trio = Trio.copy(base / name)
            play(trio, told, looking=name == "first")
            found.append(seen(trio["JP"].picturing.flights()))
            trio.close()
    finally:
        shutil.rmtree(base)
    assert found[0] == found[1]


@settings(max_examples=EXAMPLES)
@given(stories("kept", "hidden"))
@example(one_of_a_sensor("hidden"))
def test_what_was_not_granted_changes_nothing(story: list[Scene]) -> None:
    twins(story)


@settings(max_examples=EXAMPLES)
@given(stories("kept", "withdrawn"))
@example(one_of_a_sensor("withdrawn"))
def test_a_withdrawal_leaves_no_trace(story: list[Scene]) -> None:
    twins(story)


@settings(max_examples=EXAMPLES)
@given(stories("kept"))
@example(one_of_a_sensor("kept")[::-1])
def test_the_order_of_arrival_changes_nothing(story: list[Scene]) -> None:
    twins(story)


def test_the_comparison_sees_what_is_granted(tmp_path: Path) -> None:
    """There is a flight to begin with, and another report changes it."""
    kept = [Scene(n, "kept") for n in steady()]
    more = next(n for n, one in enumerate(reports()) if one.sensor == "us-ship")
    found = []
    for name, fate in (("hidden", "hidden"), ("kept", "kept")):
        trio = Trio.copy(tmp_path / name)
        play(trio, [*kept, Scene(more, fate)], looking=False)
        raids = trio["JP"].picturing.flights()
        assert len(raids[0].best.picture.flights) == 1
        assert raids[0].best.picture.flights[0].impact is not None
        found.append(seen(raids))
        trio.close()
    assert found[0] != found[1]
