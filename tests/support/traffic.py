"""Reports that keep coming while something else happens to the nodes."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager

from tests.support.processes import Node
from tests.support.trio import Filed

from trilogue.errors import UnavailableError


@contextmanager
def traffic(node: Node, pause: float = 0.05, key: str = "report") -> Iterator[list[Filed]]:
    """Submit reports until the block ends; yield the list of those that were acknowledged.

    One whose answer was lost is submitted again under its key, until the node answers.
    """
    done: list[Filed] = []
    over = threading.Event()

    def submit() -> None:
        while not over.wait(pause):
            try:
                done.append(node.submit(key=f"{key}-{len(done)}"))
            except UnavailableError:
                continue

    submitting = threading.Thread(target=submit)
    submitting.start()
    try:
        yield done
    finally:
        over.set()
        submitting.join()
