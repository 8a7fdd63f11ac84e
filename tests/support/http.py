"""A node's API over real HTTP on loopback, in a thread of its own."""

from __future__ import annotations

import asyncio
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from tests.support.direct_service import DirectService

from trilogue.api import create_app
from trilogue.node.servers import http_server


@contextmanager
def serving(
    service: DirectService, application: Callable[[Any], Any] = create_app
) -> Iterator[str]:
    """Serve the API of a service, or another application over it, on a free port; yield where."""
    server = http_server(application(service), "127.0.0.1", 0, None)
    thread = threading.Thread(target=lambda: asyncio.run(server.serve()))
    thread.start()
    try:
        while not server.started:
            time.sleep(0.005)
        port = server.servers[0].sockets[0].getsockname()[1]
        yield f"http://127.0.0.1:{port}"
    finally:
        service.stop()
        server.should_exit = True
        thread.join()
