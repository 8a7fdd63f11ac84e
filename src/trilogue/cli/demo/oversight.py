"""The audit at the end: `trilogue audit` over the three public logs, as an outsider runs it.

It fetches what the nodes publish over HTTP, without a token, and takes the roots from the
arrangement that was drawn up on the stage.
"""

from __future__ import annotations

import time
from contextlib import ExitStack, closing

from trilogue.cli.auditing.locations import open_location
from trilogue.cli.auditing.sources import read_arrangement, to_logs
from trilogue.cli.demo.stage import Stage
from trilogue.errors import UnavailableError
from trilogue.node.service import wall_clock
from trilogue.protocol.audit import AuditReport, audit
from trilogue.tlog.checkpoint import parse_checkpoint

__all__ = ["audit_from_outside", "locations"]

PATIENCE_SECONDS = 30.0


def locations(stage: Stage) -> list[str]:
    """Return where the public logs are: what `trilogue audit` takes."""
    return [f"{player.url}/log" for player in stage.players.values()]


def audit_from_outside(stage: Stage) -> AuditReport:
    """Wait until everything said is published, and audit it. Raises `UnavailableError`."""
    sizes = {name: p.client().status().log_size for name, p in stage.players.items()}
    until = time.monotonic() + PATIENCE_SECONDS
    while True:
        with ExitStack() as stack:
            sources = [stack.enter_context(closing(open_location(at))) for at in locations(stage)]
            published = {
                name: parse_checkpoint(source.read("checkpoint")).size
                for name, source in zip(stage.players, sources, strict=True)
            }
            if all(published[name] >= size for name, size in sizes.items()):
                agreed = read_arrangement(sources, str(stage.arrangement_directory), {})
                logs = to_logs(sources, agreed, lambda *_: None)
                return audit(logs, agreed, wall_clock(), {})
        if time.monotonic() > until:
            raise UnavailableError(f"the logs are published up to {published}, not {sizes}")
        time.sleep(0.1)
