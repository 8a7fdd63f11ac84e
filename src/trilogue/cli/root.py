"""The command `trilogue`: its commands by name, its exit codes, and what becomes of errors."""

from __future__ import annotations

from typing import Any

import click

from trilogue import __version__
from trilogue.cli.exits import Exit, show
from trilogue.cli.lazy import LazyGroup

__all__ = ["COMMANDS", "trilogue"]

_HERE = "trilogue.cli.commands"
COMMANDS = {
    "node": f"{_HERE}.node:node",
    "arrangement": f"{_HERE}.arrangement:arrangement",
    "report": f"{_HERE}.report:report",
    "request": f"{_HERE}.request:request",
    "release": f"{_HERE}.release:release",
    "incident": f"{_HERE}.incident:incident",
    "access": f"{_HERE}.access:access",
    "picture": f"{_HERE}.picture:picture",
    "patterns": f"{_HERE}.patterns:patterns",
    "audit": f"{_HERE}.audit:audit",
    "demo": f"{_HERE}.demo:demo",
    "completion": f"{_HERE}.completion:completion",
}
"""Command to where it stands."""


class _Root(LazyGroup):
    """The outermost command: every error ends here, as words and an exit code."""

    def invoke(self, ctx: click.Context) -> Any:
        """Run the command that was named."""
        try:
            return super().invoke(ctx)
        except (click.ClickException, click.exceptions.Exit, BrokenPipeError):
            raise  # click words these itself
        except (KeyboardInterrupt, click.Abort):
            click.secho("interrupted", fg="red", err=True)
            raise click.exceptions.Exit(Exit.INTERRUPTED) from None
        except Exception as error:
            raise click.exceptions.Exit(show(error, debug=ctx.params["debug"])) from error


def _exit_codes() -> str:
    lines = "\n".join(f"  {code.value:>3}  {code.words}" for code in Exit)
    return f"\b\nExit codes:\n{lines}"


@click.group(
    cls=_Root,
    lazy=COMMANDS,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 96},
    epilog=_exit_codes(),
)
@click.option("--debug", is_flag=True, help="Show where in the program an error arose.")
@click.version_option(__version__, message="%(prog)s %(version)s")
def trilogue(*, debug: bool) -> None:
    """Share under the originator's consent, provable in public.

    Commands that ask a node take --node URL and --token, or TRILOGUE_NODE and TRILOGUE_TOKEN.
    Commands on a node's own directory open it while the node is not running. Where a command
    prints data, --json prints it for programs.
    """
