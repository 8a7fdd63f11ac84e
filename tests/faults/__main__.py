"""`python -m tests.faults`: run rows, print what was seen, and write the page from it."""

from __future__ import annotations

import argparse
import sys
import tempfile
import time
import traceback
from collections.abc import Iterable, Iterator
from itertools import groupby
from pathlib import Path

from tests.faults import page
from tests.faults.catalogue import FAULTS
from tests.faults.fault import Fault, Seen
from tests.faults.machine import allowed
from tests.faults.scene import Scene


def main() -> int:
    """Run the rows that were named, or all; return the exit code."""
    parser = argparse.ArgumentParser(prog="python -m tests.faults", description=__doc__)
    parser.add_argument("rows", nargs="*", metavar="ROW", help="by default all of them")
    parser.add_argument("--write", action="store_true", help=f"write {page.PATH.name}")
    parser.add_argument("--list", action="store_true", help="name the rows and do nothing")
    given = parser.parse_args()
    unknown = [name for name in given.rows if name not in FAULTS]
    if unknown:
        parser.error(f"no such row: {', '.join(unknown)}")
    if given.list:
        print("\n".join(FAULTS))  # noqa: T201
        return 0
    run = Run()
    for faults in _together(FAULTS[name] for name in given.rows or FAULTS):
        run.over_nodes_of_their_own(faults)
        if given.write:
            page.write(run.seen)
    if run.failed:
        _say(f"{len(run.failed)} rows do not hold: {', '.join(run.failed)}")
        return 1
    return 0


def _together(faults: Iterable[Fault]) -> Iterator[list[Fault]]:
    """Put rows together that can run over the same nodes, one after another."""
    for _, group in groupby(faults, key=lambda one: one.group):
        shared = []
        for one in group:
            if not allowed(one.needs):
                _say(f"-- {one.name}: this machine allows no {one.needs}; its row stays as it is")
            elif one.alone:
                yield [one]
            else:
                shared.append(one)
        if shared:
            yield shared


class Run:
    """What was seen of each row, and which rows do not hold."""

    def __init__(self) -> None:
        self.seen: dict[str, Seen] = {}
        self.failed: list[str] = []

    def over_nodes_of_their_own(self, faults: list[Fault]) -> None:
        """Bring faults about, one after another, and reckon up at their end."""
        left = list(faults)
        while left:
            with tempfile.TemporaryDirectory(prefix="fault-") as base, Scene(Path(base)) as scene:
                done = self._go_through(scene, left)
                try:
                    if not scene.reckoned:
                        scene.reckon()
                    _check_words(scene)
                except Exception:  # noqa: BLE001 - told, and the others may hold
                    _say(f"!! after {', '.join(done)}\n{traceback.format_exc()}")
                    self.failed += done
                    continue
            for name, seen in done.items():
                self.seen[name] = seen
                _say(f"ok {name}, and {scene.figures}")

    def _go_through(self, scene: Scene, left: list[Fault]) -> dict[str, Seen]:
        """Bring about those that are left, until one does not hold; return those that do."""
        done: dict[str, Seen] = {}
        while left:
            fault = left.pop(0)
            begun = time.monotonic()
            scene.seen = Seen()
            try:
                fault.run(scene)
                if not scene.reckoned:
                    scene.mend()
                    _check_words(scene)
            except Exception:  # noqa: BLE001 - the next row may hold
                self.failed.append(fault.name)
                _say(f"!! {fault.name}\n{traceback.format_exc()}")
                for node in scene.nodes:
                    _say(f"--- {node.name}\n{node.stderr[-2000:]}")
                break
            done[fault.name] = scene.seen
            _tell(fault, scene.seen, time.monotonic() - begun)
        return done


def _check_words(scene: Scene) -> None:
    for node in scene.nodes:
        assert "Traceback" not in node.stderr, f"{node.name} stumbled:\n{node.stderr[-4000:]}"


def _tell(fault: Fault, seen: Seen, seconds: float) -> None:
    _say(f"   {fault.name} ({seconds:.0f} s)\n     {fault.does}")
    for sight in seen.sights:
        _say(f"     | {sight}")
    _say(f"     recovers: {fault.recovers}")


def _say(text: str) -> None:
    print(text, flush=True)  # noqa: T201


if __name__ == "__main__":
    sys.exit(main())
