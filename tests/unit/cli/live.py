"""Three nodes whose APIs answer on this machine, for commands that ask one."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager

import uvicorn
from click.testing import Result
from tests.support.direct_service import DirectService
from tests.support.trio import OFFICERS, Trio

from trilogue.api import create_app
from trilogue.node.tokens import Role, issue

from .conftest import run

FIRST, SECOND = OFFICERS
HOLDERS = {
    FIRST: (Role.ANALYST, Role.RELEASE_OFFICER, Role.SECURITY_OFFICER, Role.ADMINISTRATOR),
    SECOND: (Role.RELEASE_OFFICER,),
    "auditor": (Role.AUDITOR,),
}


class Desks:
    """What people at the three nodes type: `desks("KR", "report", "list")`.

    A node's API is served from the first command that asks it.
    """

    def __init__(self, trio: Trio, stack: ExitStack) -> None:
        self.trio = trio
        self.urls: dict[str, str] = {}
        self.tokens: dict[tuple[str, str], str] = {}
        self._stack = stack

    def __call__(
        self, who: str, *arguments: object, officer: str = FIRST, code: int = 0, **settings
    ) -> Result:
        """Run a command at a participant's node, in an officer's name."""
        env = {"TRILOGUE_NODE": self.url(who), "TRILOGUE_TOKEN": self.tokens[who, officer]}
        return run(*arguments, code=code, env=env, **settings)

    def url(self, who: str) -> str:
        """Return where a participant's API answers."""
        if who not in self.urls:
            for holder, roles in HOLDERS.items():
                self.tokens[who, holder] = issue(self.trio[who].db, holder, roles)
            self.urls[who] = self._stack.enter_context(serve(DirectService(self.trio[who])))
        return self.urls[who]


@contextmanager
def open_desks(trio: Trio) -> Iterator[Desks]:
    """Give the desks of a trio for the length of a block."""
    with ExitStack() as stack:
        yield Desks(trio, stack)


@contextmanager
def serve(service: DirectService) -> Iterator[str]:
    """Serve an API on this machine for the length of a block; give its address."""
    server = uvicorn.Server(
        uvicorn.Config(
            create_app(service), host="127.0.0.1", port=0, log_config=None, lifespan="off"
        )
    )
    thread = threading.Thread(target=server.run)
    thread.start()
    try:
        until = time.monotonic() + 20
        while not server.started and time.monotonic() < until:
            time.sleep(0.005)
        yield f"http://127.0.0.1:{server.servers[0].sockets[0].getsockname()[1]}"
    finally:
        server.should_exit = True
        thread.join()
        service.close()
