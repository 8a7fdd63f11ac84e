"""The audit, for people: read public logs from folders or the web, and say what they prove.

It needs no node and no secret: the public logs of all participants, and the arrangement, which
pins their roots. The exit code is

    0  every claim is proven
    1  a claim is refuted, or unproven since it rests on a log that is not proven
    2  the logs or the arrangement cannot be read

Roots are what an audit rests on, so the auditor gives them: by an arrangement of their own, or
one by one. Otherwise the arrangement is taken from the logs, all of which must show the same, and
its roots are only claimed: the audit then proves that the logs agree with each other, and says so.
"""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import ExitStack, closing
from datetime import UTC, datetime
from pathlib import Path

import click

from trilogue.cli.auditing.locations import open_location
from trilogue.cli.auditing.memory import recall, remember
from trilogue.cli.auditing.sources import read_arrangement, read_root, to_logs
from trilogue.cli.auditing.words import tell
from trilogue.cli.exits import show
from trilogue.cli.out import print_json, progress
from trilogue.encoding import instant
from trilogue.errors import InputError, TrilogueError
from trilogue.protocol.audit import audit

__all__ = ["CANNOT_READ", "run"]

CANNOT_READ = 2
"""Exit code when there is nothing to judge: the logs or the arrangement cannot be read."""

CLAIMED = "the roots are only claimed by the logs: --arrangement or --root gives those you know"


def run(
    locations: Sequence[str],
    *,
    arrangement: str | None = None,
    roots: Sequence[str] = (),
    json: bool = False,
    state: Path | None = None,
    at: str | None = None,
) -> int:
    """Audit the logs at `locations` (folders or URLs) and return the exit code.

    `arrangement` is a folder or URL with an arrangement's files; `roots` are `KR=FILE`, each a
    file with a participant's two verifier keys; `state` is a file that keeps the checkpoints of
    one audit for the next, so that a log that forks or goes back is caught; `at` is the moment
    for which to judge, by default now. One log may be given from several locations.
    """
    try:
        with ExitStack() as stack:
            sources = [stack.enter_context(closing(open_location(name))) for name in locations]
            given = dict(map(read_root, roots))
            agreed = read_arrangement(sources, arrangement, given)
            with progress("reading the logs", None) as done:
                logs = to_logs(sources, agreed, done)
                report = audit(logs, agreed, at or _now(), recall(state))
        if state is not None:
            remember(state, report)
    except (TrilogueError, OSError) as error:
        message = error.message if isinstance(error, TrilogueError) else str(error)
        show(InputError(message, hint=getattr(error, "hint", "")), debug=False)
        return CANNOT_READ

    claimed = arrangement is None and set(given) != set(agreed.participants)
    if json:
        basis = "claimed" if claimed else "given"
        print_json({"exit": report.exit_code, "roots": basis, "report": report})
    else:
        tell(report, agreed)
    if claimed:
        click.secho(f"note    {CLAIMED}", fg="yellow", err=True)
    return report.exit_code


def _now() -> str:
    return instant.from_datetime(datetime.now(UTC))  # noqa: TID251 - the auditor's own clock
