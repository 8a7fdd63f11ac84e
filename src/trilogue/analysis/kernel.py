"""Kernels: functions on plain floats and arrays that are compiled when they are first called.

The compiled code is kept, so one machine compiles once. Numba looks only at a kernel's own file to
tell whether what it kept is stale, and kernels call each other across files: so what is kept lies
in a folder named by a digest of them all. `NUMBA_CACHE_DIR` names another place.

Numba takes two seconds to import: only modules of kernels import this one, and only commands that
compute import those.
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar, cast

import numba
from numba import njit

__all__ = ["kernel", "part"]


def _kept() -> str:
    """Return the folder for compiled code of these very sources."""
    digest = hashlib.sha256(numba.__version__.encode())
    for source in sorted(Path(__file__).parent.rglob("*.py")):
        text = source.read_bytes()
        if b"analysis.kernel import" in text:
            digest.update(text)
    root = os.environ.get("XDG_CACHE_HOME") or Path("~/.cache").expanduser()
    return str(Path(root) / "trilogue" / f"kernels-{digest.hexdigest()[:16]}")


if not os.environ.get("NUMBA_CACHE_DIR"):
    numba.config.CACHE_DIR = _kept()  # type: ignore[attr-defined]

F = TypeVar("F", bound=Callable[..., object])


def kernel(function: F) -> F:
    """Compile a function on its first call, strictly by IEEE 754, and keep the result.

    No freedom in rounding is given, not even that of one rounding for a product and its sum: what
    was just compiled and what was kept would then differ in their last bits.
    """
    return cast("F", njit(cache=True, error_model="numpy")(function))


def part(function: F) -> F:
    """Write a function into the kernels that call it, where its loops are compiled as theirs."""
    return cast("F", njit(inline="always")(function))
