"""Streams of random numbers that are named, so that none moves when another is added.

>>> a = stream(7, "kr-ground", "noise").standard_normal(2)
>>> b = stream(7, "kr-ground", "noise").standard_normal(2)
>>> bool((a == b).all()), bool((a == stream(7, "jp-west", "noise").standard_normal(2)).any())
(True, False)
"""

from __future__ import annotations

import hashlib

import numpy as np

__all__ = ["stream"]


def stream(seed: int, *names: str | int) -> np.random.Generator:
    """Return the stream of a name under a seed. Raises `ValueError` for a negative seed."""
    if seed < 0:
        raise ValueError(f"a seed is not negative: {seed}")
    digest = hashlib.blake2s(repr(names).encode()).digest()
    key = tuple(int(word) for word in np.frombuffer(digest, "<u4"))
    return np.random.default_rng(np.random.SeedSequence(seed, spawn_key=key))
