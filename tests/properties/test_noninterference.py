"""What JP may read does not depend, to the last bit, on what was never granted to it.

Two runs of one story: in the second, every report, portion and grant that is none of JP's is left
out. With the same random bytes for what remains, JP's readings must be the same bytes.
"""

from __future__ import annotations

import hashlib
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from unittest.mock import patch

from hypothesis import given, settings
from hypothesis import strategies as st
from tests.support.trio import START, Filed, Trio, marking, portion

from trilogue.encoding import canonical, instant
from trilogue.node.inputs import ReportInput
from trilogue.reports.cite import Cite
from trilogue.reports.payloads.registry import PAYLOADS


@dataclass(frozen=True)
class Scene:
    """One step of the story. `hidden` leaves it out of the second run."""

    who: str
    level: str
    beside: bool
    """Whether a portion that JP is not granted stands beside the one that it is."""
    hidden: bool
    purposes: tuple[str, ...]
    lasts: int | None
    withdrawn: bool


scenes = st.lists(
    st.builds(
        Scene,
        who=st.sampled_from(["KR", "US"]),
        level=st.sampled_from(["UNCLASSIFIED", "CONFIDENTIAL", "SECRET"]),
        beside=st.booleans(),
        hidden=st.booleans(),
        purposes=st.sampled_from([("analysis",), ("warning",), ("analysis", "warning")]),
        lasts=st.sampled_from([None, None, 150, 6000]),
        withdrawn=st.booleans(),
    ),
    min_size=2,
    max_size=6,
)


@contextmanager
def fixed_randomness(name: str) -> Iterator[None]:
    """Draw random bytes from a name, so that two runs of one act draw the same."""
    drawn = 0

    def token_bytes(size: int = 32) -> bytes:
        nonlocal drawn
        drawn += 1
        return hashlib.shake_256(f"{name}/{drawn}".encode()).digest(size)

    with patch("secrets.token_bytes", token_bytes):
        yield


def play(trio: Trio, story: list[Scene], *, everything: bool) -> None:
    """Play a story, or what of it is JP's business."""
    trio.clock.tick = 0.0
    for number, scene in enumerate(story):
        if scene.hidden and not everything:
            continue
        trio.clock.now = instant.plus(START, 60 * (number + 1))
        with fixed_randomness(f"scene {number}"):
            filed = file(trio, scene, beside=scene.beside and everything)
        grant = share(trio, scene, filed)
        trio.settle()
        if scene.withdrawn:
            trio.withdraw(grant)
            trio.settle()
    trio.clock.now = instant.plus(START, 60 * (len(story) + 1))
    trio.settle()


def file(trio: Trio, scene: Scene, *, beside: bool) -> Filed:
    texts = [f"{scene.who} {scene.level} {scene.purposes}", *(["for others"] if beside else [])]
    given = tuple(portion(text, marking=marking(scene.level)) for text in texts)
    return trio.submit(scene.who, ReportInput(portions=given))


def share(trio: Trio, scene: Scene, filed: Filed) -> Cite:
    other = "US" if scene.who == "KR" else "KR"
    if len(filed.portions) > 1:
        trio.grant(filed, (1,), (other,))
    audience = (other,) if scene.hidden else (other, "JP")
    return trio.grant(filed, (0,), audience, purposes=scene.purposes, lasts_seconds=scene.lasts)


def readings(trio: Trio, purpose: str) -> list[tuple[bytes, ...]]:
    """Return everything that JP may read for a purpose, as bytes."""
    japan = trio["JP"]
    return sorted(
        (
            opening.holding.header_bytes,
            opening.plaintext,
            canonical.encode(opening.marking),
            str(opening.equivalent).encode(),
            str((opening.derive_for, opening.expires)).encode(),
        )
        for opening in japan.reading.live(purpose, japan.now(), PAYLOADS)
    )


@settings(max_examples=max(12, settings.default.max_examples // 10))
@given(scenes)
def test_what_was_not_granted_changes_nothing(story: list[Scene]):
    base = Path(tempfile.mkdtemp(prefix="twins-"))
    seen = []
    try:
        for everything in (True, False):
            trio = Trio.copy(base / str(everything))
            play(trio, story, everything=everything)
            seen.append([readings(trio, purpose) for purpose in ("analysis", "warning")])
            trio.close()
    finally:
        shutil.rmtree(base)
    assert seen[0] == seen[1]


def test_the_comparison_sees_what_is_granted(tmp_path: Path):
    """Were a hidden scene granted, the readings would differ."""
    scene = Scene("KR", "SECRET", False, False, ("analysis",), None, False)  # noqa: FBT003
    seen = []
    for story in ([scene], [scene, scene]):
        trio = Trio.copy(tmp_path / str(len(story)))
        play(trio, story, everything=True)
        seen.append(readings(trio, "analysis"))
        trio.close()
    assert [len(found) for found in seen] == [1, 2]
    assert seen[0][0] in seen[1]
