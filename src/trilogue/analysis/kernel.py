"""Kernels: functions on plain floats and arrays that are compiled when they are first called.

The compiled code is kept beside the source, so one machine compiles once. Numba takes two seconds
to import: only modules of kernels import this one, and only commands that compute import those.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar, cast

from numba import njit

__all__ = ["kernel"]

F = TypeVar("F", bound=Callable[..., object])


def kernel(function: F) -> F:
    """Compile a function on its first call, strictly by IEEE 754, and keep the result."""
    return cast("F", njit(cache=True, error_model="numpy")(function))
