"""A process that dies: SIGKILL at chosen points of the code, and a start that is killed, too."""

from __future__ import annotations

from collections.abc import Callable

import msgspec

from tests.faults.entry import POINTS, VARIABLE, Wrong
from tests.faults.fault import fault
from tests.faults.scene import ENTRY, Scene
from tests.support.processes import until
from tests.support.trio import PARTICIPANTS

DEATHS = "A process that dies"
COUNT = 3
"""At which time that the point is reached the process dies."""


def start_wrong(scene: Scene, who: str, *, wait: bool = True, **wrong: object) -> None:
    """Start a node with something wrong in its process."""
    told = msgspec.json.encode(Wrong(**wrong)).decode()  # type: ignore[arg-type]
    scene[who].start(wait=wait, command=ENTRY, environment={VARIABLE: told})


def die_at(point: str) -> Callable[[Scene], None]:
    """Return a row in which each node in turn dies at a point while reports pass."""

    def run(scene: Scene) -> None:
        with scene.traffic() as done:
            for who in PARTICIPANTS:
                scene[who].kill()
                start_wrong(scene, who, wait=False, point=point, count=COUNT)
                until(lambda: not scene[who].running, f"{who} does not die", *scene.nodes)  # noqa: B023 - called at once
                assert scene[who].wait() == -9
                scene[who].start()
                scene.until_more(done, 2)
        scene.note("the supervisor sees the process end by signal 9")

    return run


for _point, _means in POINTS.items():
    fault(
        DEATHS,
        f"kill -9 {_point}",
        does=f"{_means[0].upper()}{_means[1:]}: each node in turn, under traffic.",
        recovers="by itself, when the process is started again",
        quick=_point == "after the commit",
    )(die_at(_point))


@fault(
    DEATHS,
    "kill -9 while it starts",
    does="Nothing was begun that a second start would not do again.",
    recovers="by itself, when the process is started again",
)
def while_it_starts(scene: Scene) -> None:
    with scene.traffic() as done:
        for who in PARTICIPANTS:
            for _ in range(2):
                scene[who].kill()
                scene[who].start(wait=False)
            scene[who].kill()
            scene[who].start()
            scene.until_more(done, 2)
    scene.note("the supervisor sees the process end by signal 9")


@fault(
    DEATHS,
    "all three at once",
    does="As after a power cut: each comes back with all that it had acknowledged.",
    recovers="by itself, when the processes are started again",
)
def all_at_once(scene: Scene) -> None:
    with scene.traffic() as done:
        for _ in range(2):
            scene.until_more(done, 3)
            for node in scene.nodes:
                node.kill()
            scene.nodes.start()
    scene.note("the supervisor sees the processes end by signal 9")
