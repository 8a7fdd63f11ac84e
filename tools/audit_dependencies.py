"""Ask for known vulnerabilities of what the lock files name; say plainly if nobody answers.

    python tools/audit_dependencies.py [--strict] requirements/runtime.txt …

The database is asked through `pip-audit`. Exit code 1 for every vulnerability that is known. Where
the database cannot be reached the packages are listed as not audited; that fails only with
`--strict`, so that a build without network is not held up and one with network cannot pass unseen.
"""

from __future__ import annotations

import argparse
import json
import re
import subprocess
import sys
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

_PINNED = re.compile(r"^([A-Za-z0-9._-]+)==", re.MULTILINE)


@dataclass
class Audited:
    """What is known of the packages of the lock files, by name."""

    sound: set[str] = field(default_factory=set)
    skipped: dict[str, str] = field(default_factory=dict)
    vulnerable: dict[str, list[str]] = field(default_factory=dict)

    def add(self, report: dict[str, Any]) -> None:
        """Take in what pip-audit says in JSON."""
        for one in report["dependencies"]:
            name = str(one["name"])
            if "skip_reason" in one:
                self.skipped[name] = str(one["skip_reason"])
            elif one["vulns"]:
                self.vulnerable[f"{name} {one['version']}"] = [_told(v) for v in one["vulns"]]
            else:
                self.sound.add(name)

    def add_unanswered(self, names: list[str], why: str) -> None:
        """Note packages of which nothing is known because nobody answered."""
        self.skipped |= dict.fromkeys(names, why)

    def exit_code(self, *, strict: bool) -> int:
        """Return 1 for a known vulnerability and, if strict, for a package not audited."""
        return int(bool(self.vulnerable) or (strict and bool(self.skipped)))


def main(arguments: list[str]) -> int:
    """Audit lock files; print what was found; return the exit code."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--strict", action="store_true", help="what cannot be audited fails, too")
    parser.add_argument("lock", nargs="+", type=Path)
    asked = parser.parse_args(arguments)
    audited = Audited()
    for lock in asked.lock:
        names = _PINNED.findall(lock.read_text("utf-8"))
        done = _ask(lock)
        try:
            audited.add(json.loads(done.stdout))  # noqa: TID251 - runs without the package
        except ValueError:
            last = done.stderr.strip().splitlines()[-1:] or ["no answer"]
            audited.add_unanswered(names, last[0][:200])
    for name, found in sorted(audited.vulnerable.items()):
        print(f"VULNERABLE {name}: {'; '.join(found)}")
    if audited.skipped:
        names = sorted(set(audited.skipped) - audited.sound)
        print(f"NOT AUDITED, since the database gave no answer: {len(names)} packages")
        print(f"  {', '.join(names)}")
        print(f"  the last reason: {list(audited.skipped.values())[-1]}")
    print(
        f"{len(audited.sound)} sound, {len(audited.vulnerable)} vulnerable,"
        f" {len(audited.skipped)} not audited"
    )
    return audited.exit_code(strict=asked.strict)


def _ask(lock: Path) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "pip_audit", "--requirement", str(lock)]
    options = ["--disable-pip", "--require-hashes", "--format", "json", "--progress-spinner", "off"]
    return subprocess.run(  # noqa: S603 - this interpreter, and paths that the caller gave
        [*command, *options], capture_output=True, text=True, check=False
    )


def _told(vulnerability: dict[str, Any]) -> str:
    fixed = ", ".join(vulnerability.get("fix_versions", ())) or "no version yet"
    return f"{vulnerability['id']}, mended in {fixed}"


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
