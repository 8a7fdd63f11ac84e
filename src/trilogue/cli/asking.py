"""Asking a node: the options that say which, and in whose name."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from trilogue.cli.exits import UnreachableError
from trilogue.errors import UnavailableError

if TYPE_CHECKING:
    from trilogue.client import Client

__all__ = ["as_json", "asks", "in_language", "may_ask"]

_FILE = click.Path(exists=True, dir_okay=False, path_type=Path)
_OPTIONS = (
    click.option(
        "--node",
        "node",
        metavar="URL",
        envvar="TRILOGUE_NODE",
        show_envvar=True,
        help="The API of the node to ask, such as http://127.0.0.1:7201.",
    ),
    click.option(
        "--token",
        metavar="TOKEN",
        envvar="TRILOGUE_TOKEN",
        show_envvar=True,
        help="Who asks. Others on this machine can see a command line: prefer a file.",
    ),
    click.option(
        "--token-file",
        type=_FILE,
        envvar="TRILOGUE_TOKEN_FILE",
        show_envvar=True,
        help="A file that holds the token, such as DIR/tokens/NAME.",
    ),
    click.option(
        "--ca",
        type=_FILE,
        envvar="TRILOGUE_CA",
        show_envvar=True,
        help="The certificates to trust for https, when they are not this machine's.",
    ),
)

as_json = click.option("--json", "as_json", is_flag=True, help="Print JSON.")
"""The option of every command that prints data."""

in_language = click.option(
    "--lang",
    type=click.Choice(["en", "ko", "ja"]),
    default="en",
    show_default=True,
    help="The language to print in.",
)
"""The option of commands whose words come from the arrangement."""


def asks(command: Callable[..., Any]) -> Callable[..., Any]:
    """Give a command the options that say which node it asks, and a `client` in their place."""

    @wraps(command)
    def asking(*args: Any, asked: Callable[[], Client], **given: Any) -> Any:
        with asked() as client:
            return command(*args, client=client, **given)

    return may_ask(asking)


def may_ask(command: Callable[..., Any]) -> Callable[..., Any]:
    """Give a command the same options, and in their place `asked`, which makes the client."""

    @wraps(command)
    def asking(
        *args: Any,
        node: str | None,
        token: str | None,
        token_file: Path | None,
        ca: Path | None,
        **given: Any,
    ) -> Any:
        try:
            return command(*args, asked=lambda: _connect(node, token, token_file, ca), **given)
        except UnavailableError as error:
            # A node that answers says itself what it cannot do; here none answered.
            if isinstance(error.__cause__, OSError):
                raise UnreachableError(error.message, hint=error.hint) from error
            raise

    for option in reversed(_OPTIONS):
        asking = option(asking)
    return asking


def _connect(
    node: str | None, token: str | None, token_file: Path | None, ca: Path | None
) -> Client:
    """Return the client of a node. Raises `click.UsageError` when it is not said which or who."""
    if not node:
        raise click.UsageError("Say which node to ask: --node URL, or TRILOGUE_NODE.")
    if not token and token_file is not None:
        token = token_file.read_text("utf-8").strip()
    if not token:
        raise click.UsageError("Say who asks: --token-file FILE, or TRILOGUE_TOKEN_FILE.")
    from trilogue.client import Client

    if ca is None:
        return Client(node, token)
    import ssl

    return Client(node, token, context=ssl.create_default_context(cafile=ca))
