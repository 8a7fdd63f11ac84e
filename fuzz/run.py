"""Run targets under atheris, one after the other, each in a process of its own.

    python -m fuzz.run --seconds 60 [TARGET …]

An input that breaks a target is written to `corpus/TARGET/found-…` and stays there: fix the parser,
give the file a name that says what it is, and commit both. What only reaches new code is kept in
`.fuzz/TARGET`, beside the repository's files and not among them. Exit code 1 when anything broke.
"""

from __future__ import annotations

import argparse
import subprocess
import sys
from pathlib import Path

from fuzz.target import CORPUS, Target, corpus_of, targets

WORK = Path(".fuzz")
TOKENS = Path(__file__).with_name("tokens.dict")
SLOW_SECONDS = 10
"""One input that takes longer is a finding, as is one that takes more memory than this."""
MOST_MEGABYTES = 2048
LARGEST = 1 << 16
INSTRUMENTED = (
    "trilogue.encoding",
    "trilogue.signing",
    "trilogue.sealing",
    "trilogue.tlog",
    "trilogue.marking",
    "trilogue.arrangement",
    "trilogue.reports",
    "trilogue.consent",
    "trilogue.protocol",
    "trilogue.interop.quakeml_in",
    "trilogue.node",
    "trilogue.api",
)
"""What is fuzzed for coverage; numba compiles `trilogue.analysis` itself."""


def main() -> int:
    """Fuzz what was asked for; return the exit code."""
    parser = argparse.ArgumentParser(prog="python -m fuzz.run", description=__doc__)
    parser.add_argument("target", nargs="*", help="all of them when none is named")
    parser.add_argument("--seconds", type=int, default=60, help="for each target (60)")
    parser.add_argument("--inside", action="store_true", help=argparse.SUPPRESS)
    asked = parser.parse_args()
    if asked.inside:
        return _inside(asked.target[0], asked.seconds)
    known = _names(asked.target)
    broken = []
    for name in known:
        print(f"== {name}", flush=True)
        command = [sys.executable, "-m", "fuzz.run", "--inside", "--seconds", str(asked.seconds)]
        if subprocess.run([*command, name], check=False).returncode:
            broken.append(name)
    print(f"{len(known) - len(broken)} of {len(known)} targets held", flush=True)
    for name in broken:
        print(f"broken: {name}; see {CORPUS / name}", flush=True)
    return int(bool(broken))


def _names(asked: list[str]) -> list[str]:
    known = targets()
    for name in asked:
        if name not in known:
            raise SystemExit(f"no target {name!r}; there are {', '.join(known)}")
    return asked or list(known)


def _inside(name: str, seconds: int) -> int:
    """Fuzz one target in this process, which ends with it."""
    import atheris

    with atheris.instrument_imports(include=list(INSTRUMENTED)):
        found: Target = targets()[name]
        from fuzz.seeds import seeds_of
    work = WORK / name
    work.mkdir(parents=True, exist_ok=True)
    for number, seed in enumerate(seeds_of(name)):
        (work / f"seed-{number:03d}").write_bytes(seed)
    for file, data in corpus_of(name):
        (work / file).write_bytes(data)
    kept = CORPUS / name
    kept.mkdir(parents=True, exist_ok=True)
    atheris.Setup(
        [
            f"fuzz-{name}",
            f"-max_total_time={seconds}",
            f"-timeout={SLOW_SECONDS}",
            f"-rss_limit_mb={MOST_MEGABYTES}",
            f"-max_len={LARGEST}",
            f"-dict={TOKENS}",
            f"-artifact_prefix={kept}/found-",
            "-print_final_stats=1",
            "-verbosity=0",
            str(work),
        ],
        found.run,
    )
    atheris.Fuzz()
    return 0


if __name__ == "__main__":
    sys.exit(main())
