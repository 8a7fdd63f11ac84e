"""What comes from others: pinned by hash, from no address of its own, under licences we may use."""

from __future__ import annotations

import ast
import importlib.metadata
import json
import re
import sys
import tomllib
from pathlib import Path

import pytest
from tools.audit_dependencies import Audited

import trilogue

ROOT = Path(__file__).parents[2]
LOCKS = sorted((ROOT / "requirements").glob("*.txt"))
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))

_REQUIREMENT = re.compile(r"(?P<name>[A-Za-z0-9._-]+)==(?P<version>[^\s;]+)(?: ; (?P<marker>.+))?")
_HASH = re.compile(r"--hash=sha256:[0-9a-f]{64}")

LICENCES = {
    *("0BSD", "Apache-2.0", "Apache-2.0 WITH LLVM-exception", "BSD-2-Clause", "BSD-3-Clause"),
    *("CC0-1.0", "ISC", "MIT", "MIT-0", "MIT-CMU", "MPL-2.0", "PSF-2.0", "Unlicense", "Zlib"),
}
"""Under which what is shipped with a node may stand; none of them reaches into our own code."""
FOR_TESTS = {"LGPL-3.0-only"}
"""And what only tests use, beside it, which nobody is given."""
BY_CHOICE = {"psycopg": "LGPL-3.0-only", "psycopg-binary": "LGPL-3.0-only"}
"""What comes with an extra alone, unmodified: the adapter of PostgreSQL, where it is the store."""
SPELLED = {
    "3-Clause BSD License": "BSD-3-Clause",
    "Apache 2.0": "Apache-2.0",
    "Apache License, Version 2.0": "Apache-2.0",
    "Apache Software License": "Apache-2.0",
    "BSD": "BSD-3-Clause",
    "BSD 2-Clause License": "BSD-2-Clause",
    "BSD 3-Clause License": "BSD-3-Clause",
    "BSD License": "BSD-3-Clause",
    "GNU Lesser General Public License v3 (LGPLv3)": "LGPL-3.0-only",
    "GNU Lesser General Public License v3 or later (LGPLv3+)": "LGPL-3.0-only",
    "MIT License": "MIT",
    "Mozilla Public License 2.0 (MPL 2.0)": "MPL-2.0",
    "Python Software Foundation License": "PSF-2.0",
    "The Unlicense (Unlicense)": "Unlicense",
}
"""What packages wrote before SPDX expressions."""
IMPORTED_AS = {"pyjwt": "jwt"}
"""Packages that are called otherwise where they are imported."""
SAID_IN_A_FILE = {
    "axe-playwright-python": "MIT",
    "cedarpy": "Apache-2.0",
    "hatchling": "MIT",
    "zxcvbn-rs-py": "MIT",
}
"""Packages that name their licence in a file alone."""


def requirements(lock: Path) -> list[str]:
    """Return the requirements of a lock file, each with its hashes on one line."""
    text = lock.read_text("utf-8").replace("\\\n", " ")
    return [
        line for line in text.splitlines() if line.strip() and not line.lstrip().startswith("#")
    ]


def names(lock: Path) -> list[str]:
    found = [_REQUIREMENT.match(one) for one in requirements(lock)]
    return [one["name"] for one in found if one is not None]


def licences(name: str) -> set[str]:
    """Return the licences under which an installed package may be used: one of them is enough."""
    said = importlib.metadata.metadata(name)
    if name in SAID_IN_A_FILE:
        return {SAID_IN_A_FILE[name]}
    words = said.get("License-Expression") or ""
    if not words:
        classifiers = said.get_all("Classifier") or []
        stated = [c.rpartition(" :: ")[2] for c in classifiers if c.startswith("License :: OSI")]
        words = " OR ".join(SPELLED.get(one, one) for one in stated)
    if not words:
        first = (said.get("License") or "").strip().splitlines()[:1]
        words = SPELLED.get(first[0], first[0]) if first else "unstated"
    return set(words.split(" OR "))


def allowed(name: str, licences_allowed: set[str]) -> bool:
    return any(
        all(part.strip("() ") in licences_allowed for part in choice.split(" AND "))
        for choice in licences(name)
    )


@pytest.mark.threat("T18")
@pytest.mark.parametrize("lock", LOCKS, ids=lambda lock: lock.stem)
def test_every_requirement_is_pinned_by_hash(lock: Path) -> None:
    assert requirements(lock)
    for one in requirements(lock):
        assert _REQUIREMENT.match(one), one
        assert _HASH.search(one), one


@pytest.mark.threat("T18")
@pytest.mark.parametrize("lock", LOCKS, ids=lambda lock: lock.stem)
def test_no_lock_says_where_from(lock: Path) -> None:
    text = lock.read_text("utf-8")
    for address in ("://", "--index", "--extra-index", "--find-links", " @ ", "git+", "-e "):
        assert address not in text, address


def test_every_lock_has_a_group_and_every_group_a_lock() -> None:
    locks = {lock.stem for lock in LOCKS}
    by_themselves = {path.stem for path in (ROOT / "requirements").glob("*.in")}
    assert set(PROJECT["dependency-groups"]) - {"build"} == locks - {"runtime"} - by_themselves


@pytest.mark.parametrize("name", names(ROOT / "requirements" / "runtime.txt"))
def test_what_is_shipped_may_be_shipped(name: str) -> None:
    try:
        assert allowed(name, LICENCES | {BY_CHOICE.get(name, "")}), licences(name)
    except importlib.metadata.PackageNotFoundError:
        assert name == "colorama", "of another system"


def test_what_tests_use_may_be_used() -> None:
    for name in names(ROOT / "requirements" / "test.txt"):
        try:
            assert allowed(name, LICENCES | FOR_TESTS), (name, licences(name))
        except importlib.metadata.PackageNotFoundError:
            continue  # of another system


def test_a_licence_that_reaches_into_our_code_is_noticed() -> None:
    assert not allowed("obspy", LICENCES)
    assert licences("obspy") == FOR_TESTS


@pytest.mark.threat("T18")
def test_nothing_is_imported_that_is_not_declared() -> None:
    """A package that comes along with another may go with its next version."""
    declared = {
        re.split(r"[><=;\[ ]", one)[0].lower().replace("-", "_")
        for one in [
            *PROJECT["project"]["dependencies"],
            *(one for some in PROJECT["project"]["optional-dependencies"].values() for one in some),
        ]
    }
    imported: dict[str, str] = {}
    home = Path(trilogue.__file__).parent
    for path in home.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            found = (
                [alias.name for alias in node.names]
                if isinstance(node, ast.Import)
                else [node.module or ""]
                if isinstance(node, ast.ImportFrom) and not node.level
                else []
            )
            imported |= {name.partition(".")[0]: str(path.relative_to(home)) for name in found}
    # One name may be shared by several packages: opentelemetry-api, opentelemetry-sdk.
    declared |= {one.partition("_")[0] for one in declared}
    declared |= {IMPORTED_AS[one] for one in declared if one in IMPORTED_AS}
    stray = set(imported) - declared - sys.stdlib_module_names - {"trilogue", "distributed", "dask"}
    assert {name: imported[name] for name in stray} == {}


# The audit of dependencies: what its answer may be.

REPORT = {
    "dependencies": [
        {"name": "sound", "version": "1", "vulns": []},
        {"name": "left", "skip_reason": "Dependency not found and could not be audited"},
    ]
}
KNOWN = {"name": "old", "version": "1", "vulns": [{"id": "PYSEC-1", "fix_versions": ["2"]}]}


@pytest.mark.threat("T18")
def test_a_known_vulnerability_fails_the_audit() -> None:
    audited = Audited()
    audited.add(json.loads(json.dumps({"dependencies": [*REPORT["dependencies"], KNOWN]})))
    assert audited.vulnerable == {"old 1": ["PYSEC-1, mended in 2"]}
    assert audited.exit_code(strict=False) == 1


@pytest.mark.threat("T18")
def test_what_nobody_answered_for_is_no_clean_bill() -> None:
    audited = Audited()
    audited.add(REPORT)
    audited.add_unanswered(["other"], "no route")
    assert (audited.sound, set(audited.skipped)) == ({"sound"}, {"left", "other"})
    assert (audited.exit_code(strict=False), audited.exit_code(strict=True)) == (0, 1)
