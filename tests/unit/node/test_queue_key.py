"""The key of a node's queue: whoever is first makes it, and all have the same."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Barrier

from trilogue.node.keystore import Keystore

AT_ONCE = 8


def test_all_that_come_at_one_moment_have_the_same_key(tmp_path: Path) -> None:
    with ThreadPoolExecutor(AT_ONCE) as pool:
        for number in range(3):
            keys, together = tmp_path / str(number), Barrier(AT_ONCE)
            keys.mkdir()

            def ask(keys: Path = keys, together: Barrier = together) -> bytes:
                store = Keystore(keys, "KR", "kr.example/log")
                together.wait()
                return store.queue()

            found = {one.result() for one in [pool.submit(ask) for _ in range(AT_ONCE)]}
            assert len(found) == 1
            assert [one.name for one in keys.iterdir()] == ["queue"]
